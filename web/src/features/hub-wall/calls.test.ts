import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchLive } from '@/lib/live';
import Wall from './Wall.svelte';

vi.mock('@/lib/live', () => ({
  livePath: (camera: string) => camera,
  watchLive: vi.fn(() => () => undefined),
}));

const LONG_MS = 60_000;
const camera = (id: string) => ({ id, name: id, state: 'recording', sound: 'off' });
let asked: number;
let page: Record<string, unknown>;

beforeEach(() => {
  vi.useFakeTimers();
  asked = 0;
  vi.stubGlobal('fetch', () => {
    asked += 1;
    return Promise.resolve(new Response(JSON.stringify([camera('porch'), camera('drive')])));
  });
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(private readonly seen: (entries: { isIntersecting: boolean }[]) => void) {}
      observe() {
        this.seen([{ isIntersecting: true }]);
      }
      disconnect() {
        return undefined;
      }
    },
  );
  page = mount(Wall, { target: document.body, props: { hears: true } });
});

afterEach(() => {
  void unmount(page);
  document.body.innerHTML = '';
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('asks for the list again and again, and calls each camera once', async () => {
  await vi.advanceTimersByTimeAsync(LONG_MS);
  flushSync();
  expect(asked).toBeGreaterThan(5);
  expect(vi.mocked(watchLive).mock.calls.map(([, address]) => address)).toEqual(['porch', 'drive']);
});
