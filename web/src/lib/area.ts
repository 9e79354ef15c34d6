/**
 * Areas and H3 cells, measured as `latchstring.base.geo` measures them: on a plane that touches the earth at the
 * area's middle. A figure shown here is a preview; the network and every hub judge again.
 */

import { cellToBoundary, gridDisk, latLngToCell } from 'h3-js';

export interface Point {
  latitude: number;
  longitude: number;
}

export interface GeoPolygon {
  type: 'Polygon';
  coordinates: [longitude: number, latitude: number][][];
}

export const FINE_RESOLUTION = 9;
export const MAX_CORNERS = 100;
const METRES_PER_DEGREE = 111_194.93;
const SQUARE_METRES_PER_SQUARE_MILE = 2_589_988.110336;

type Pair = [x: number, y: number];

export const cellOf = ({ latitude, longitude }: Point): string =>
  latLngToCell(latitude, longitude, FINE_RESOLUTION);

export const cellCorners = (cell: string): Point[] =>
  cellToBoundary(cell).map(([latitude, longitude]) => ({ latitude, longitude }));

export const neighbours = (cell: string): string[] => gridDisk(cell, 1).filter((other) => other !== cell);

/** Metres east and north of the first corner's longitude and the equator, shrunk at the area's middle. */
function onPlane(corners: readonly Point[]): Pair[] {
  const middle = corners.reduce((sum, c) => sum + c.latitude, 0) / corners.length;
  const shrink = Math.cos((middle * Math.PI) / 180);
  const first = corners[0]?.longitude ?? 0;
  return corners.map((c) => [
    (c.longitude - first) * METRES_PER_DEGREE * shrink,
    (c.latitude - middle) * METRES_PER_DEGREE,
  ]);
}

export function squareMiles(corners: readonly Point[]): number {
  const plane = onPlane(corners);
  let doubled = 0;
  for (const [i, [x, y]] of plane.entries()) {
    const [nextX, nextY] = plane[(i + 1) % plane.length] as Pair;
    doubled += x * nextY - nextX * y;
  }
  return Math.abs(doubled) / 2 / SQUARE_METRES_PER_SQUARE_MILE;
}

/** Long side over short side of the tightest rectangle around it, turned as need be. */
export function aspect(corners: readonly Point[]): number {
  const hull = convexHull(onPlane(corners));
  let [smallest, ratio] = [Infinity, Infinity];
  for (const [i, [x, y]] of hull.entries()) {
    const [nextX, nextY] = hull[(i + 1) % hull.length] as Pair;
    const length = Math.hypot(nextX - x, nextY - y);
    if (length === 0) continue;
    const [ux, uy] = [(nextX - x) / length, (nextY - y) / length];
    const along = hull.map(([px, py]) => px * ux + py * uy);
    const across = hull.map(([px, py]) => py * ux - px * uy);
    const wide = Math.max(...along) - Math.min(...along);
    const high = Math.max(...across) - Math.min(...across);
    if (wide * high < smallest) {
      smallest = wide * high;
      ratio = Math.max(wide, high) / Math.min(wide, high);
    }
  }
  return ratio;
}

function convexHull(points: Pair[]): Pair[] {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (ordered: Pair[]) => {
    const chain: Pair[] = [];
    for (const point of ordered) {
      while (chain.length > 1 && turn(chain.at(-2) as Pair, chain.at(-1) as Pair, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.toReversed())];
}

const turn = (a: Pair, b: Pair, c: Pair): number =>
  (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

/** Whether the outline crosses or touches itself. */
export function crossesItself(corners: readonly Point[]): boolean {
  const points = onPlane(corners);
  const count = points.length;
  const at = (i: number) => points[i % count] as Pair;
  for (let i = 0; i < count; i++)
    for (let j = i + 2; j < count; j++)
      if ((j + 1) % count !== i && meet(at(i), at(i + 1), at(j), at(j + 1))) return true;
  return false;
}

function meet(a: Pair, b: Pair, c: Pair, d: Pair): boolean {
  const [ab1, ab2, cd1, cd2] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (ab1 * ab2 < 0 && cd1 * cd2 < 0) return true;
  const touches = (side: number, from: Pair, to: Pair, p: Pair) =>
    side === 0 &&
    Math.min(from[0], to[0]) <= p[0] &&
    p[0] <= Math.max(from[0], to[0]) &&
    Math.min(from[1], to[1]) <= p[1] &&
    p[1] <= Math.max(from[1], to[1]);
  return touches(ab1, a, b, c) || touches(ab2, a, b, d) || touches(cd1, c, d, a) || touches(cd2, c, d, b);
}

export function contains(corners: readonly Point[], { latitude, longitude }: Point): boolean {
  let inside = false;
  for (const [i, a] of corners.entries()) {
    const b = corners[(i + 1) % corners.length] as Point;
    if (
      a.latitude > latitude !== b.latitude > latitude &&
      longitude <
        a.longitude + ((latitude - a.latitude) / (b.latitude - a.latitude)) * (b.longitude - a.longitude)
    )
      inside = !inside;
  }
  return inside;
}

/** The corners of a square with sides of so many metres around a point. */
export function squareAround(middle: Point, metres: number): Point[] {
  const up = metres / 2 / METRES_PER_DEGREE;
  const across = up / Math.cos((middle.latitude * Math.PI) / 180);
  const corner = (x: number, y: number): Point => ({
    latitude: round(middle.latitude + y * up),
    longitude: round(middle.longitude + x * across),
  });
  return [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)];
}

/** To about a centimetre. */
export const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

export function toGeoJson(corners: readonly Point[]): GeoPolygon {
  const [first] = corners;
  const ring = first ? [...corners, first] : [];
  return {
    type: 'Polygon',
    coordinates: [ring.map(({ latitude, longitude }) => [longitude, latitude])],
  };
}

export function fromGeoJson(polygon: GeoPolygon): Point[] {
  const ring = polygon.coordinates[0] ?? [];
  return ring.slice(0, -1).map(([longitude, latitude]) => ({ latitude, longitude }));
}

/** Corners as people type them: one a line, latitude then longitude. What cannot be read is undefined. */
export function readCorners(typed: string): Point[] | undefined {
  const corners: Point[] = [];
  for (const line of typed
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)) {
    const corner = readPoint(line);
    if (!corner) return undefined;
    corners.push(corner);
  }
  return corners;
}

/** `47.0005, -14.9993`: latitude, then longitude, in degrees. */
export function readPoint(typed: string): Point | undefined {
  const parts = /^\s*([+-]?\d+(?:\.\d+)?)\s*[,;\s]\s*([+-]?\d+(?:\.\d+)?)\s*$/.exec(
    typed.replaceAll('−', '-'),
  );
  if (!parts) return undefined;
  const [latitude, longitude] = [Number(parts[1]), Number(parts[2])];
  return Math.abs(latitude) <= 85 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}

export const writePoint = ({ latitude, longitude }: Point): string =>
  `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;

/** What the policy says about size and shape. */
export interface Limits {
  min_square_miles: number;
  max_square_miles: number;
  max_square_miles_wide: number;
  max_aspect: number;
}

/** A rule of size or shape that a drawing breaks, as far as the page can tell at once. */
export type Trouble = 'corners' | 'crosses' | 'small' | 'large' | 'long' | 'outside';

export interface Measure {
  squareMiles: number;
  aspect: number;
  wide: boolean;
  troubles: Trouble[];
}

export function measure(corners: readonly Point[], incident: Point | undefined, limits: Limits): Measure {
  if (corners.length < 3) return { squareMiles: 0, aspect: 1, wide: false, troubles: ['corners'] };
  const size = squareMiles(corners);
  const ratio = aspect(corners);
  const troubles: Trouble[] = [];
  if (crossesItself(corners)) troubles.push('crosses');
  if (size < limits.min_square_miles) troubles.push('small');
  if (size > limits.max_square_miles_wide) troubles.push('large');
  if (ratio > limits.max_aspect) troubles.push('long');
  if (incident && !contains(corners, incident)) troubles.push('outside');
  return { squareMiles: size, aspect: ratio, wide: size > limits.max_square_miles, troubles };
}
