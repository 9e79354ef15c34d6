import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchLive } from '@/lib/live';
import { Player } from '@/lib/player';
import Wall from './Wall.svelte';

vi.mock('@/lib/live', () => ({
  livePath: (camera: string) => camera,
  watchLive: vi.fn(() => () => undefined),
}));
vi.mock('@/lib/player', async (original) => ({
  ...(await original<object>()),
  Player: vi.fn(
    class {
      at = undefined;
      isReady = false;
      isBroken = false;
      hold = () => undefined;
      run = () => undefined;
      seek = () => undefined;
      close = () => undefined;
    },
  ),
}));

const LONG_MS = 60_000;
const NOON = '2026-11-23T12:00:00Z';
const camera = (id: string) => ({ id, name: id, state: 'recording', sound: 'off' });
const day = {
  recorded: [{ start: NOON, end: '2026-11-23T13:00:00Z' }],
  heard: [],
  events: [],
  counts: [],
  activity: [],
};
let asked: string[];
let page: Record<string, unknown> | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path);
    const answer = path.endsWith('/api/cameras') ? [camera('porch'), camera('drive')] : day;
    return Promise.resolve(new Response(JSON.stringify(answer)));
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
});

afterEach(() => {
  if (page) void unmount(page);
  document.body.innerHTML = '';
  vi.clearAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function watch(props: { isGuest: boolean; from?: string }) {
  page = mount(Wall, { target: document.body, props });
  await vi.advanceTimersByTimeAsync(LONG_MS);
  flushSync();
}

it('asks for the list again and again, and calls each camera once', async () => {
  await watch({ isGuest: false });
  expect(asked.filter((path) => path === '/api/cameras').length).toBeGreaterThan(5);
  expect(vi.mocked(watchLive).mock.calls.map(([, address]) => address)).toEqual(['porch', 'drive']);
});

it('begins to play each recording once', async () => {
  await watch({ isGuest: false, from: NOON });
  expect(asked.filter((path) => path.includes('/porch/timeline')).length).toBeGreaterThan(3);
  expect(vi.mocked(Player)).toHaveBeenCalledTimes(2);
  expect(vi.mocked(watchLive)).not.toHaveBeenCalled();
});

it('asks for nothing that was recorded, for a guest', async () => {
  await watch({ isGuest: true, from: NOON });
  expect(asked.every((path) => path === '/api/cameras')).toBe(true);
  expect(vi.mocked(watchLive)).toHaveBeenCalledTimes(2);
  expect(document.querySelector('[role="slider"]')).toBeNull();
});
