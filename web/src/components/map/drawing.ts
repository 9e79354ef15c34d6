/** An area while it is drawn: corners are added until the outline is closed, then moved. Nothing here is changed. */

import { MAX_CORNERS, round, type Point } from '@/lib/area';

export interface Drawing {
  corners: readonly Point[];
  closed: boolean;
}

export const NOTHING: Drawing = { corners: [], closed: false };

export function addCorner(drawing: Drawing, at: Point): Drawing {
  if (drawing.closed || drawing.corners.length === MAX_CORNERS) return drawing;
  return { ...drawing, corners: [...drawing.corners, rounded(at)] };
}

export function moveCorner(drawing: Drawing, which: number, to: Point): Drawing {
  return { ...drawing, corners: drawing.corners.map((corner, i) => (i === which ? rounded(to) : corner)) };
}

/** A new corner in the middle of the side that follows corner `after`. */
export function splitSide(drawing: Drawing, after: number): Drawing {
  const a = drawing.corners[after];
  const b = drawing.corners[(after + 1) % drawing.corners.length];
  if (!a || !b || drawing.corners.length === MAX_CORNERS) return drawing;
  const middle = {
    latitude: (a.latitude + b.latitude) / 2,
    longitude: (a.longitude + b.longitude) / 2,
  };
  return { ...drawing, corners: drawing.corners.toSpliced(after + 1, 0, rounded(middle)) };
}

export function removeCorner(drawing: Drawing, which: number): Drawing {
  const corners = drawing.corners.filter((_, i) => i !== which);
  return { corners, closed: drawing.closed && corners.length >= 3 };
}

/** Closed once there are three corners; before that nothing happens. */
export function close(drawing: Drawing): Drawing {
  return drawing.corners.length >= 3 ? { ...drawing, closed: true } : drawing;
}

const rounded = ({ latitude, longitude }: Point): Point => ({
  latitude: round(latitude),
  longitude: round(longitude),
});
