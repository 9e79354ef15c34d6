import { describe, expect, it } from 'vitest';
import { downsampler } from './downsample';

function tone(hertz: number, from: number, seconds: number) {
  return Float32Array.from({ length: from * seconds }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / from));
}

function through(samples: Float32Array, from: number, piece: number) {
  const take = downsampler(from);
  const made: number[] = [];
  for (let at = 0; at < samples.length; at += piece) made.push(...take(samples.slice(at, at + piece)));
  return made;
}

const loudness = (samples: number[]) =>
  Math.sqrt(samples.reduce((sum, one) => sum + (one / 32767) ** 2, 0) / samples.length);
const crossings = (samples: number[]) =>
  samples.filter((one, i) => i > 0 && (samples[i - 1] ?? 0) < 0 && one >= 0).length;

describe.each([48_000, 44_100, 16_000, 8_000])('from %i samples a second', (from) => {
  it('keeps a voice as it is', () => {
    const made = through(tone(1000, from, 0.5), from, 128);
    expect(Math.abs(made.length - 4000)).toBeLessThan(8);
    expect(Math.abs(crossings(made) - 500)).toBeLessThan(4);
    expect(loudness(made)).toBeCloseTo(Math.SQRT1_2, 1);
  });

  it('makes the same of small pieces as of one', () => {
    const samples = tone(700, from, 0.1);
    expect(through(samples, from, 128)).toEqual(through(samples, from, samples.length));
  });
});

it('takes away what would come back as a whistle', () => {
  expect(loudness(through(tone(7000, 48_000, 0.5), 48_000, 128))).toBeLessThan(0.02);
});

it('does not wrap around when somebody shouts', () => {
  const shout = Float32Array.from({ length: 4800 }, () => 3);
  const loudest = through(shout, 48_000, 128).slice(100);
  expect(new Set(loudest)).toEqual(new Set([32767]));
});
