/** A microphone's samples, as a doorbell plays them: 8000 a second, signed 16 bits. Pure, and made for a stream. */

export const RATE = 8000;
const TAPS_PER_STEP = 6;

/** Answers a function that takes the next samples of `from` a second, and gives what is complete of 8000 a second. */
export function downsampler(from: number): (samples: Float32Array) => Int16Array {
  const step = from / RATE;
  const filter = lowPass(step);
  let kept: Float32Array = new Float32Array(filter.length - 1);
  let made = 0;
  let dropped = 0;

  return (samples) => {
    const all = new Float32Array(kept.length + samples.length);
    all.set(kept);
    all.set(samples, kept.length);
    const values: number[] = [];
    let start = Math.floor(made * step) - dropped;
    while (start + filter.length <= all.length) {
      const here = start;
      values.push(filter.reduce((sum, weight, i) => sum + weight * (all[here + i] ?? 0), 0));
      start = Math.floor(++made * step) - dropped;
    }
    const used = Math.min(start, all.length);
    kept = all.slice(used);
    dropped += used;
    return Int16Array.from(values, (value) => Math.round(Math.max(-1, Math.min(1, value)) * 32767));
  };
}

/** A windowed sinc that lets through what 8000 samples a second can hold. */
function lowPass(step: number): number[] {
  if (step <= 1) return [1];
  const length = 2 * Math.ceil((TAPS_PER_STEP * step) / 2) + 1;
  const middle = (length - 1) / 2;
  const weights = Array.from({ length }, (_, i) => {
    const x = (i - middle) / step;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    return sinc * (0.5 + 0.5 * Math.cos((Math.PI * (i - middle)) / (middle + 1)));
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}
