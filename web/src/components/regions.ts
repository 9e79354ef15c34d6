/** Regions of a picture while they are drawn. Corners are shares of its width and height, 0 to 1. Nothing here is changed. */

export type Corner = [x: number, y: number];
export interface Region {
  name: string;
  corners: readonly Corner[];
}
export type Regions = readonly Region[];

export const LEAST_CORNERS = 3;
export const MOST_CORNERS = 20;

/** A new region: a rectangle between two opposite corners. */
export function rectangle(name: string, [ax, ay]: Corner, [bx, by]: Corner): Region {
  return {
    name,
    corners: [
      [ax, ay],
      [bx, ay],
      [bx, by],
      [ax, by],
    ].map(([x, y]) => inside([x ?? 0, y ?? 0])),
  };
}

export const replaced = (regions: Regions, which: number, by: Region): Regions =>
  regions.map((region, i) => (i === which ? by : region));

export const removed = (regions: Regions, which: number): Regions => regions.filter((_, i) => i !== which);

export function moveCorner(region: Region, which: number, to: Corner): Region {
  return { ...region, corners: region.corners.map((corner, i) => (i === which ? inside(to) : corner)) };
}

/** The whole region, as far as the picture's edge lets it. */
export function moved(region: Region, dx: number, dy: number): Region {
  const xs = region.corners.map(([x]) => x);
  const ys = region.corners.map(([, y]) => y);
  const x = Math.min(Math.max(dx, -Math.min(...xs)), 1 - Math.max(...xs));
  const y = Math.min(Math.max(dy, -Math.min(...ys)), 1 - Math.max(...ys));
  return { ...region, corners: region.corners.map(([cx, cy]) => inside([cx + x, cy + y])) };
}

export function middle(region: Region, after: number): Corner {
  const [ax, ay] = region.corners[after] ?? [0, 0];
  const [bx, by] = region.corners[(after + 1) % region.corners.length] ?? [0, 0];
  return [(ax + bx) / 2, (ay + by) / 2];
}

/** One more corner, on the side that follows corner `after`. */
export function split(region: Region, after: number): Region {
  if (region.corners.length >= MOST_CORNERS) return region;
  return { ...region, corners: region.corners.toSpliced(after + 1, 0, inside(middle(region, after))) };
}

/** Without a corner; a triangle stays as it is. */
export function withoutCorner(region: Region, which: number): Region {
  if (region.corners.length <= LEAST_CORNERS) return region;
  return { ...region, corners: region.corners.toSpliced(which, 1) };
}

/** Whether it covers anything: twice its area by the shoelace formula. */
export function coversSomething({ corners }: Region): boolean {
  const twice = corners.reduce((sum, [x, y], i) => {
    const [u, v] = corners[(i + 1) % corners.length] ?? [0, 0];
    return sum + x * v - u * y;
  }, 0);
  return Math.abs(twice) > 1e-6;
}

/** What two people made of the same regions, apart: all that either drew, nothing that either removed. */
export function joined(before: Regions, mine: Regions, theirs: Regions): Regions {
  const has = (regions: Regions, one: Region) =>
    regions.some((other) => JSON.stringify(other) === JSON.stringify(one));
  const kept = theirs.filter((one) => has(mine, one) || !has(before, one));
  return [...kept, ...mine.filter((one) => !has(before, one) && !has(theirs, one))];
}

const STEPS: Record<string, Corner> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** How far an arrow key moves: half a hundredth of the picture, with Shift ten times as far. */
export function stepOf(key: string, far: boolean): Corner | undefined {
  const step = STEPS[key];
  return step && [step[0] * (far ? 0.05 : 0.005), step[1] * (far ? 0.05 : 0.005)];
}

const inside = ([x, y]: Corner): Corner => [share(x), share(y)];
const share = (value: number) => Math.round(Math.min(Math.max(value, 0), 1) * 1e5) / 1e5;
