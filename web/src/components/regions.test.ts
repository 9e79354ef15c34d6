import { describe, expect, it } from 'vitest';
import {
  coversSomething,
  joined,
  MOST_CORNERS,
  moveCorner,
  moved,
  rectangle,
  split,
  stepOf,
  withoutCorner,
} from './regions';

const box = rectangle('Window', [0.2, 0.2], [0.4, 0.6]);

describe('regions of a picture', () => {
  it('stay inside the picture, whole', () => {
    expect(moveCorner(box, 0, [-1, 0.5]).corners[0]).toEqual([0, 0.5]);
    expect(moved(box, 1, 0).corners).toEqual([
      [0.8, 0.2],
      [1, 0.2],
      [1, 0.6],
      [0.8, 0.6],
    ]);
  });

  it('gain corners up to twenty and lose them down to three', () => {
    let region = box;
    for (let i = 0; i < 30; i++) region = split(region, 0);
    expect(region.corners.length).toBe(MOST_CORNERS);
    for (let i = 0; i < 30; i++) region = withoutCorner(region, 0);
    expect(region.corners.length).toBe(3);
    expect(split(box, 3).corners[4]).toEqual([0.2, 0.4]);
  });

  it('know whether they cover anything', () => {
    expect(coversSomething(box)).toBe(true);
    expect(coversSomething(rectangle('', [0.1, 0.1], [0.1, 0.9]))).toBe(false);
  });

  it('join what two people changed apart', () => {
    const door = rectangle('Door', [0.5, 0.2], [0.7, 0.9]);
    const path = rectangle('Path', [0, 0.8], [1, 1]);
    expect(joined([box], [box, path], [box, door])).toEqual([box, door, path]);
    expect(joined([box], [], [box, door])).toEqual([door]);
    expect(joined([box, door], [box, door, path], [door])).toEqual([door, path]);
    expect(joined([], [path], [path])).toEqual([path]);
  });

  it('move by the arrow keys, far with Shift', () => {
    expect(stepOf('ArrowRight', false)).toEqual([0.005, 0]);
    expect(stepOf('ArrowUp', true)).toEqual([0, -0.05]);
    expect(stepOf('a', false)).toBeUndefined();
  });
});
