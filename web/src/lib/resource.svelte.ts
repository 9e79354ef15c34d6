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

/**
 * An answer of the server, loaded when the component starts and again whenever what `load` reads changes;
 * with `everyMs` it is refreshed while the page is visible. A refresh that fails keeps the last good answer.
 */
export function resource<T>(load: () => Promise<Result<T>>, everyMs?: number): Resource<T> {
  let value: T | undefined = $state.raw();
  let problem: Refused | Failed | undefined = $state.raw();
  let loading = $state(true);
  let turn = 0;

  async function take(answer: Promise<Result<T>>) {
    const mine = ++turn;
    const result = await answer;
    if (mine !== turn) return;
    loading = false;
    if (result.kind === 'success') {
      value = result.value;
      problem = undefined;
    } else {
      problem = result;
    }
  }

  $effect(() => {
    void take(load());
    if (everyMs === undefined) return () => void turn++;
    const timer = setInterval(() => {
      if (!document.hidden) void take(load());
    }, everyMs);
    return () => {
      clearInterval(timer);
      turn++;
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
      turn++;
      value = next;
      problem = undefined;
    },
  };
}
