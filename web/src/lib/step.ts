/** How sound keeps in step with its picture: pure arithmetic, in seconds of the picture's own time. */

export interface Step {
  /** Jump here; undefined: it is near enough to be drawn along. */
  seek?: number;
  rate: number;
}

/** Nearer to the newest sound than this it would run dry. */
const NEAREST = 0.1;
const FAR = 0.25;
const NEAR = 0.03;
const DRAW = 0.05;

/** What to do so that `sound` is where `picture` is, or as near to it as what has come (`end`) allows. */
export function inStep(sound: number, picture: number, end: number, pictureRate = 1): Step {
  const target = Math.min(picture, end - NEAREST);
  const off = sound - target;
  if (Math.abs(off) > FAR) return { seek: target, rate: pictureRate };
  if (Math.abs(off) <= NEAR) return { rate: pictureRate };
  return { rate: pictureRate * (off > 0 ? 1 - DRAW : 1 + DRAW) };
}
