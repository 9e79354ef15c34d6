import { afterEach, expect, it, vi } from 'vitest';
import { hearRecorded } from './sound';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('a piece of sound that did not come is asked for again, and no other one in its place', async () => {
  vi.useFakeTimers();
  const asked: (string | null)[] = [];
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(new URL(address, 'http://hub.test').searchParams.get('start'));
    return Promise.reject(new TypeError('the network is away'));
  });
  const picture = { currentTime: 4 } as HTMLVideoElement;
  const heard = () => [{ start: 0, end: 60_000 }];
  const stop = hearRecorded(
    {} as HTMLAudioElement,
    picture,
    { camera: 'cam_a', base: 0, heard },
    () => undefined,
  );
  await vi.advanceTimersByTimeAsync(3_000);
  stop();
  await vi.advanceTimersByTimeAsync(2_500);
  const four = new Date(4_000).toISOString();
  expect(asked).toEqual([four, four, four]);
});
