import { expect, it } from 'vitest';
import { callers } from './presses';

const press = (event: string, camera: string, at: string) => ({ event, camera, at });

it('gathers the presses of each door, whoever rang first in front', () => {
  const first = press('a', 'porch', '2026-11-25T12:00:00Z');
  const other = press('b', 'back', '2026-11-25T12:00:05Z');
  const again = press('c', 'porch', '2026-11-25T12:00:09Z');
  expect(callers([again, other, first])).toEqual([
    { camera: 'porch', presses: [first, again] },
    { camera: 'back', presses: [other] },
  ]);
  expect(callers([])).toEqual([]);
});
