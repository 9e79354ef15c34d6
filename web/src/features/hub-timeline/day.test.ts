import { describe, expect, it } from 'vitest';
import { around, dayAfter, dayBefore, dayOf, fittingHours, heatPath, marks, share } from './day';

const HOUR = 3_600_000;
const noon = new Date(2026, 10, 23, 12).getTime();
const day = dayOf(noon);

describe('a day', () => {
  it('runs from midnight to midnight where the reader is', () => {
    expect(new Date(day.start).getHours()).toBe(0);
    expect(dayOf(day.start)).toEqual(day);
    expect(dayOf(day.end - 1)).toEqual(day);
  });

  it('ends where the next begins, also when the clocks change', () => {
    for (let at = new Date(2026, 0, 1, 12).getTime(), n = 0; n < 366; n++) {
      const one = dayOf(at);
      expect(dayAfter(one).start).toBe(one.end);
      expect(dayBefore(dayAfter(one))).toEqual(one);
      at = one.end + 12 * HOUR;
    }
  });
});

describe('around', () => {
  it('shows the whole day or a part around the picture', () => {
    expect(around(day, noon, 24)).toEqual(day);
    expect(around(day, noon, 6)).toEqual({ start: noon - 3 * HOUR, end: noon + 3 * HOUR });
  });

  it('stays within the day at its ends', () => {
    expect(around(day, day.start, 1)).toEqual({ start: day.start, end: day.start + HOUR });
    expect(around(day, day.end, 1)).toEqual({ start: day.end - HOUR, end: day.end });
  });
});

it('writes a handful of times below the strip', () => {
  for (const hours of [24, 6, 1]) {
    const view = around(day, noon, hours);
    const written = marks(view);
    expect(written.length).toBeGreaterThanOrEqual(4);
    expect(written.length).toBeLessThanOrEqual(7);
    expect(written.every((at) => share(at, view) >= 0 && share(at, view) < 1)).toBe(true);
  }
});

describe('heatPath', () => {
  const heat = (hour: number, value: number) => ({
    at: new Date(day.start + hour * HOUR).toISOString(),
    heat: value,
  });

  it('draws a taller bar for more movement', () => {
    const height = (value: number) => Number(/v-([\d.]+)/.exec(heatPath([heat(3, value)], day, 1000))?.[1]);
    expect(height(0.9)).toBeGreaterThan(height(0.1));
    expect(height(1)).toBeLessThanOrEqual(1);
  });

  it('leaves out quiet minutes and what is out of view', () => {
    expect(heatPath([heat(3, 0)], day, 1000)).toBe('');
    expect(heatPath([heat(3, 1)], around(day, noon, 1), 1000)).toBe('');
  });

  it('keeps a bar visible when a whole day is shown', () => {
    const path = heatPath([heat(3, 1)], day, 1000);
    const [, from = '', to = ''] = /^M([\d.]+) .*H([\d.]+)V/.exec(path) ?? [];
    expect(Number(to) - Number(from)).toBeGreaterThan(3);
  });
});

it('shows as few hours at first as hold what is recorded', () => {
  const recorded = (hours: number) => [{ start: noon, end: noon + hours * HOUR }];
  expect([0.1, 1, 8].map((hours) => fittingHours(recorded(hours)))).toEqual([1, 6, 24]);
  expect(fittingHours([])).toBe(24);
});
