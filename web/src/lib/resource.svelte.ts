import type { Failed, Refused, Result } from '@/api/client';

export interface Resource<T> {
  /** The last good answer. */
  readonly value: T | undefined;
  /** Why the last call did not succeed. */
  readonly problem: Refused | Failed | undefined;
  readonly loading: boolean;
  reload(): Promise<void>;
  set(value: T): void;
}

/** So long a refresh waits for the answer before it: on a slow link it comes, on a dead one it never does. */
export const PATIENCE_MS = 20_000;

/**
 * An answer of the server, loaded when the component starts and again whenever what `load` reads changes;
 * with `everyMs` it is refreshed that long after each answer, while the page is visible. A refresh that fails keeps
 * the last good answer, and one that comes after a newer one is dropped.
 */
export function resource<T>(load: () => Promise<Result<T>>, everyMs?: number): Resource<T> {
  let value: T | undefined = $state.raw();
  let problem: Refused | Failed | undefined = $state.raw();
  let loading = $state(true);
  let asked = 0;
  let taken = 0;

  async function take(answer: Promise<Result<T>>) {
    const mine = ++asked;
    const result = await answer;
    if (mine <= taken) return;
    taken = mine;
    loading = false;
    if (result.kind === 'success') {
      value = result.value;
      problem = undefined;
    } else {
      problem = result;
    }
  }

  /** What is still on its way answers a question that nobody has any more. */
  function forget() {
    taken = asked;
  }

  $effect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;

    function askIn(ms: number | undefined) {
      clearTimeout(timer);
      if (ms !== undefined && !isOver) timer = setTimeout(again, ms);
    }

    function again() {
      if (document.hidden) askIn(everyMs);
      else ask();
    }

    function ask() {
      askIn(everyMs && everyMs + PATIENCE_MS);
      void take(load()).then(() => {
        askIn(everyMs);
      });
    }

    ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
      forget();
    };
  });

  return {
    get value() {
      return value;
    },
    get problem() {
      return problem;
    },
    get loading() {
      return loading;
    },
    reload: () => take(load()),
    set: (next) => {
      forget();
      value = next;
      problem = undefined;
    },
  };
}
