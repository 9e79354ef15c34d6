import { describe, expect, it } from 'vitest';
import type { TheftCell, TheftMap } from '@/api/network';
import { average, shown } from './shades';

const told = (events: number, certainty: number, rate_interval: [number, number]): TheftCell => ({
  cell: `cell-${events}`,
  dwellings: 100,
  held_back: '',
  events,
  rate: events * 10,
  rate_interval,
  certainty,
  likely: [0, 1],
});
const map = {
  cells: [
    told(5, 0, [20, 90]),
    told(15, 0.4, [100, 240]),
    told(100, 1, [800, 1200]),
    { cell: 'held', dwellings: 3, held_back: 'few-homes' },
  ],
} as unknown as TheftMap;

describe('shades of the theft map', () => {
  it('compares rates with the average of what is told, and stripes what could be average', () => {
    expect(average(map)).toBe(400);
    expect(shown(map, 'rate').map(({ shade }) => shade)).toEqual([1, 1, 3, 0]);
    const average120 = { cells: map.cells.slice(0, 2) } as unknown as TheftMap;
    expect(shown(average120, 'rate').map(({ striped }) => striped)).toEqual([false, true]);
  });

  it('stripes what nobody can tell, and never the plain count', () => {
    expect(shown(map, 'sure').map(({ shade, striped }) => [shade, striped])).toEqual([
      [1, false],
      [2, true],
      [4, false],
      [0, false],
    ]);
    expect(shown(map, 'count').map(({ shade, striped }) => [shade, striped])).toEqual([
      [1, false],
      [2, false],
      [4, false],
      [0, false],
    ]);
  });
});
