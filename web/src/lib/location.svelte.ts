import { match, type Route } from './router';

let hash = $state(location.hash);
addEventListener('hashchange', () => {
  hash = location.hash;
  document.getElementById('main')?.focus({ preventScroll: true });
  scrollTo(0, 0);
});

/** The page that is open, by the address after `#`. */
export function current<Name extends string>(patterns: Record<Name, string>): Route<Name> | undefined {
  return match(hash, patterns);
}

export function go(to: string): void {
  location.hash = to.replace(/^#/, '');
}
