/** How to stay close to a live edge: pure arithmetic, in seconds of media time. */

export interface Buffered {
  start: number;
  end: number;
}
export interface Move {
  /** Jump here: playing on cannot catch up. */
  seek?: number;
  rate: number;
}

const NEAREST = 0.06;
const FARTHEST = 4;
/** Later than this beyond its target, a picture jumps rather than hurries. */
const JUMP = 0.5;
const SLACK = 0.03;
/** How much faster to play, by how late the picture is beyond its target. */
const CATCH_UP: readonly (readonly [late: number, rate: number])[] = [
  [0.5, 2],
  [0.2, 1.5],
  [0.1, 1.2],
  [SLACK, 1.05],
];
const KEPT_BEHIND = 20;

/** How far behind the edge to play, given how long the last fragments took to arrive one after another. */
export function distance(gaps: readonly number[]): number {
  return Math.min(FARTHEST, Math.max(NEAREST, 1.3 * Math.max(0, ...gaps)));
}

/**
 * Where and how fast to play so that the picture stays `target` seconds behind the newest frame. A jump costs a moment
 * without a new picture, as all since the keyframe is decoded again; where it may not jump again yet, it hurries.
 */
export function chase(playing: number, buffered: Buffered, target: number, mayJump: boolean): Move {
  const behind = buffered.end - playing;
  const isOutside = playing < buffered.start || behind < 0;
  const edge = Math.max(buffered.start, buffered.end - target);
  if (isOutside || (mayJump && behind > target + JUMP)) return { seek: edge, rate: 1 };
  return { rate: CATCH_UP.find(([late]) => behind > target + late)?.[1] ?? 1 };
}

/** Up to where old media may be dropped, or undefined while there is little of it. */
export function droppable(playing: number, buffered: Buffered): number | undefined {
  const upTo = playing - KEPT_BEHIND / 2;
  return playing - buffered.start > KEPT_BEHIND ? upTo : undefined;
}

/** How long to wait before the `n`th new try, in milliseconds. */
export function retryAfter(n: number): number {
  return Math.min(15_000, 500 * 2 ** n);
}
