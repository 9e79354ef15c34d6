/** What a map is drawn on: it knows where a place lies on the screen, and can be moved and zoomed. */

import type { Point } from '@/lib/area';

export interface Pixel {
  x: number;
  y: number;
}

export interface Surface {
  project(place: Point): Pixel;
  unproject(at: Pixel): Point;
  /** Show all of these places. */
  fit(places: readonly Point[]): void;
  /** Double the scale, or halve it. */
  zoom(by: 1 | -1): void;
  panBy(x: number, y: number): void;
  /** The room on the screen has changed. */
  resize(): void;
  destroy(): void;
}

export interface Cell {
  cell: string;
  dwellings: number;
  /** 0 to 4, where something else than dwellings is shown. */
  shade?: number;
  /** Doubtful: drawn with stripes. */
  striped?: boolean;
}

/** Dwellings in a hexagon, in the classes that the map shades; each from this many. */
export const CLASSES = [1, 20, 100, 250] as const;

export function classOf(dwellings: number): number {
  return CLASSES.filter((from) => dwellings >= from).length;
}

export const shadeOf = ({ shade, dwellings }: Cell): number => shade ?? classOf(dwellings);

const METRES_PER_DEGREE = 111_194.93;

export function metresPerPixel(surface: Surface, width: number, height: number): number {
  const a = surface.unproject({ x: width / 2 - 50, y: height / 2 });
  const b = surface.unproject({ x: width / 2 + 50, y: height / 2 });
  const shrink = Math.cos((a.latitude * Math.PI) / 180);
  return (Math.abs(b.longitude - a.longitude) * METRES_PER_DEGREE * shrink) / 100;
}

/** 1, 2 or 5 times a power of ten, at most `limit`. */
export function niceBelow(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit));
  return ([5, 2, 1].find((step) => step * power <= limit) ?? 1) * power;
}

/** 1, 2 or 5 times a power of ten, at least `limit`. */
export function niceAbove(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit));
  return ([1, 2, 5].find((step) => step * power >= limit) ?? 10) * power;
}

/** The lines of latitude or longitude between two degrees, at most `most` of them (or one more). */
export function graticule(from: number, to: number, most: number): { step: number; lines: number[] } {
  const step = niceAbove((to - from) / most);
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  return { step, lines: Array.from({ length: Math.min(count, 50) }, (_, i) => (first + i) * step) };
}
