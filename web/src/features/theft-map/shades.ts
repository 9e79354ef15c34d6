/** How a hexagon of the theft map is drawn: its shade, and stripes where we cannot tell. */

import type { TheftCell, TheftMap } from '@/api/network';

export const VIEWS = ['rate', 'count', 'sure'] as const;
export type View = (typeof VIEWS)[number];

const RATES = [0, 0.75, 1.5, 3] as const; // times the average of the area
const COUNTS = [5, 10, 20, 50] as const;
const CHANCES = [0, 0.05, 0.5, 0.95] as const;

export interface Shown {
  cell: string;
  dwellings: number;
  /** 0: not told; 1 to 4. */
  shade: number;
  striped: boolean;
}

/** Incidents for each 1,000 dwellings in all cells that are told together. */
export function average(map: TheftMap): number {
  const told = map.cells.filter(isTold);
  const homes = told.reduce((sum, cell) => sum + cell.dwellings, 0);
  return homes > 0 ? (1000 * told.reduce((sum, cell) => sum + cell.events, 0)) / homes : 0;
}

export type Told = TheftCell &
  Required<Pick<TheftCell, 'events' | 'rate' | 'rate_interval' | 'certainty' | 'likely'>>;

export function isTold(cell: TheftCell): cell is Told {
  return cell.held_back === '';
}

export function shown(map: TheftMap, view: View): Shown[] {
  const middle = average(map);
  return map.cells.map((cell) => ({
    cell: cell.cell,
    dwellings: cell.dwellings,
    shade: isTold(cell) ? shadeOf(cell, view, middle) : 0,
    striped: isTold(cell) && isDoubtful(cell, view, middle),
  }));
}

function shadeOf(cell: Told, view: View, middle: number): number {
  if (view === 'count') return reached(cell.events, COUNTS);
  if (view === 'sure') return reached(cell.certainty, CHANCES);
  return reached(middle > 0 ? cell.rate / middle : 0, RATES);
}

function isDoubtful(cell: Told, view: View, middle: number): boolean {
  if (view === 'count') return false;
  if (view === 'sure') return cell.certainty > CHANCES[1] && cell.certainty < CHANCES[3];
  const [low, high] = cell.rate_interval;
  return low <= middle && middle <= high;
}

const reached = (value: number, from: readonly number[]): number =>
  Math.max(1, from.filter((least) => value >= least).length);
