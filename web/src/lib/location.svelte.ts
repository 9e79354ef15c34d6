import { match, type Route } from './router';
import { isUnsaved, leave } from './unsaved.svelte';

/** Which of the pages that were opened one after the other this is, kept with it in the browser's history. */
interface Place {
  at: number;
}

let hash = $state(location.hash);
let at = number() ?? enter(0);

addEventListener('hashchange', () => {
  const steps = (number() ?? enter(at + 1)) - at;
  at += steps;
  if (location.hash === hash) return;
  if (isUnsaved()) {
    history.go(-steps);
    leave(() => {
      history.go(steps);
    });
    return;
  }
  hash = location.hash;
  document.getElementById('main')?.focus({ preventScroll: true });
  scrollTo(0, 0);
});

function number(): number | undefined {
  return (history.state as Place | null)?.at;
}

function enter(number: number): number {
  const place: Place = { at: number };
  history.replaceState(place, '');
  return number;
}

/** The page that is open, by the address after `#`. */
export function current<Name extends string>(patterns: Record<Name, string>): Route<Name> | undefined {
  return match(hash, patterns);
}

export function go(to: string): void {
  location.hash = to.replace(/^#/, '');
}
