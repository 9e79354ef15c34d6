/** How a picture is looked at: so many times as large, moved by so many pixels. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 };
export const LARGEST = 8;
const TAPPED = 2.5;

/** `factor` times as large, while what lies at `at` stays there. */
export function magnified(view: View, factor: number, at: Point, frame: Size): View {
  return brought(view, factor, at, at, frame);
}

export function moved(view: View, dx: number, dy: number, frame: Size): View {
  return inside({ ...view, x: view.x + dx, y: view.y + dy }, frame);
}

/** A double tap: closer to what was tapped, or back to the whole picture. */
export function tapped(view: View, at: Point, frame: Size): View {
  return view.scale > 1 ? WHOLE : magnified(view, TAPPED, at, frame);
}

/** Two fingers that went from `before` to `after`. */
export function pinched(
  view: View,
  before: readonly [Point, Point],
  after: readonly [Point, Point],
  frame: Size,
): View {
  const factor = apart(...after) / Math.max(1, apart(...before));
  return brought(view, factor, middle(before), middle(after), frame);
}

/** `factor` times as large, and what lay at `from` lies at `to`. */
function brought(view: View, factor: number, from: Point, to: Point, frame: Size): View {
  const scale = Math.min(LARGEST, Math.max(1, view.scale * factor));
  const grown = scale / view.scale;
  return inside({ scale, x: to.x - (from.x - view.x) * grown, y: to.y - (from.y - view.y) * grown }, frame);
}

/** The picture always fills its frame. */
function inside({ scale, x, y }: View, frame: Size): View {
  return {
    scale,
    x: Math.min(0, Math.max(frame.width * (1 - scale), x)),
    y: Math.min(0, Math.max(frame.height * (1 - scale), y)),
  };
}

function middle([a, b]: readonly [Point, Point]): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

export function apart(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
