import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  around,
  beside,
  dayAfter,
  dayBefore,
  dayMarks,
  dayOf,
  daysOf,
  fitting,
  fromField,
  heatPath,
  isPictured,
  leadUp,
  marks,
  monthOf,
  pictured,
  share,
  toField,
  union,
  weekdayOf,
  zoomed,
} from './day';

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
    expect(around(day, noon, 'day')).toEqual(day);
    expect(around(day, noon, 'hours')).toEqual({ start: noon - 3 * HOUR, end: noon + 3 * HOUR });
  });

  it('stays within the day at its ends', () => {
    expect(around(day, day.start, 'hour')).toEqual({ start: day.start, end: day.start + HOUR });
    expect(around(day, day.end, 'hour')).toEqual({ start: day.end - HOUR, end: day.end });
  });
});

it('writes a handful of times below the strip', () => {
  const near = (['day', 'hours', 'hour', 'minutes'] as const).map((zoom) => around(day, noon, zoom));
  for (const view of [...near, monthOf(day, noon)]) {
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
    expect(heatPath([heat(3, 1)], around(day, noon, 'hour'), 1000)).toBe('');
  });

  it('keeps a bar visible when a whole day is shown', () => {
    const path = heatPath([heat(3, 1)], day, 1000);
    const [, from = '', to = ''] = /^M([\d.]+) .*H([\d.]+)V/.exec(path) ?? [];
    expect(Number(to) - Number(from)).toBeGreaterThan(3);
  });
});

it('shows as little at first as holds what is recorded', () => {
  const recorded = (hours: number) => [{ start: noon, end: noon + hours * HOUR }];
  expect([0.1, 1, 8].map((hours) => fitting(recorded(hours)))).toEqual(['hour', 'hours', 'day']);
  expect(fitting([])).toBe('day');
});

describe('a month', () => {
  it('is thirty whole days up to today', () => {
    const month = monthOf(day, noon);
    expect(month.end).toBe(day.end);
    expect(dayOf(month.start).start).toBe(month.start);
    let days = 0;
    for (let at = month.start; at < month.end; at = dayOf(at).end) days++;
    expect(days).toBe(30);
  });

  it('holds any day, and the one before it ends where it begins', () => {
    const month = monthOf(day, noon);
    const before = monthOf(dayBefore(dayOf(month.start)), noon);
    expect(before.end).toBe(month.start);
    for (let one = day, n = 0; n < 100; n++, one = dayBefore(one)) {
      const held = monthOf(one, noon);
      expect(held.start <= one.start && one.end <= held.end).toBe(true);
    }
  });
});

it('zooms from a month to minutes and back, and no further', () => {
  expect(zoomed('month', 1)).toBe('day');
  expect(zoomed('month', -1)).toBe('month');
  expect(zoomed('minutes', 1)).toBe('minutes');
  expect(zoomed('minutes', -1)).toBe('hour');
});

describe('pictured', () => {
  const recorded = [{ start: noon + 500, end: noon + HOUR }];

  it('takes one picture for places that lie close together', () => {
    const one = pictured(noon + 20 * 60_000, day, recorded);
    expect(pictured(noon + 20 * 60_000 + 1_000, day, recorded)).toBe(one);
    expect(pictured(noon + 40 * 60_000, day, recorded)).not.toBe(one);
  });

  it('never asks for what is not recorded', () => {
    expect(pictured(noon - 1, day, recorded)).toBeUndefined();
    expect(pictured(noon + 900, day, recorded)).toBe(noon + 1000);
  });
});

it('has a small picture of what lies on disk, and of what begins within a minute', () => {
  const recorded = [{ start: noon, end: noon + HOUR }];
  const has = (at: number) => isPictured(at, recorded);
  expect([has(noon + 1), has(noon - 59_000)]).toEqual([true, true]);
  expect([has(noon - 60_000), has(noon + HOUR)]).toEqual([false, false]);
});

it('writes a time into a field and reads it again', () => {
  expect(fromField(toField(noon + 5_000), noon)).toBe(noon + 5_000);
  expect(toField(noon)).toBe('2026-11-23T12:00:00');
  expect(fromField('', noon)).toBeUndefined();
});

describe('the night in which clocks are set back', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('reads a time that comes twice as the one that is nearer', () => {
    vi.stubEnv('TZ', 'Europe/London');
    const first = Date.parse('2026-10-25T00:30:00Z');
    const second = first + HOUR;
    expect(toField(second)).toBe(toField(first));
    expect(fromField('2026-10-25T01:31:00', first)).toBe(first + 60_000);
    expect(fromField('2026-10-25T01:31:00', second)).toBe(second + 60_000);
  });

  it('writes the quarters of the day as clocks show them', () => {
    vi.stubEnv('TZ', 'Europe/London');
    const long = dayOf(Date.parse('2026-10-25T12:00:00Z'));
    expect(long.end - long.start).toBe(25 * HOUR);
    expect(marks(long).map((at) => new Date(at).getHours())).toEqual([0, 6, 12, 18]);
  });
});

describe('the days of a month', () => {
  const month = monthOf(day, noon);
  const at = (ms: number) => new Date(ms).toISOString();
  const counts = [
    { at: at(month.start), motions: 2, presses: 0 },
    { at: at(day.end - HOUR / 4), motions: 3, presses: 1 },
    { at: at(day.start), motions: 1, presses: 0 },
    { at: at(day.end), motions: 9, presses: 9 },
  ];
  const days = daysOf(month, [{ start: day.start - HOUR, end: day.start + HOUR }], counts);

  it('are thirty, each with what began between its midnights', () => {
    expect(days.length).toBe(30);
    expect(days.at(-1)).toEqual({ ...day, recorded: true, motions: 4, presses: 1 });
    expect(days[0]).toMatchObject({ recorded: false, motions: 2, presses: 0 });
    expect(days.filter((one) => one.recorded)).toEqual(days.slice(-2));
  });

  it('are marked where something happened, not only the one that is shown', () => {
    expect(dayMarks(days, 'all').map((mark) => [mark.kind, mark.start])).toEqual([
      ['motion', at(month.start)],
      ['motion', at(day.start)],
      ['press', at(noon)],
    ]);
    expect(dayMarks(days, 'press').length).toBe(1);
  });

  it('stand below each other by weekday', () => {
    expect(weekdayOf(day)).toBe(1);
    expect(weekdayOf(dayBefore(day))).toBe(7);
  });
});

describe('several cameras', () => {
  it('have recorded what any of them has', () => {
    const one = { start: 10, end: 20 };
    const stretches = [{ start: 30, end: 40 }, one, { start: 15, end: 25 }, { start: 25, end: 26 }];
    expect(union(stretches)).toEqual([
      { start: 10, end: 26 },
      { start: 30, end: 40 },
    ]);
    expect(one).toEqual({ start: 10, end: 20 });
    expect(union([])).toEqual([]);
  });

  it('are taken to the event beside, wherever in the list it stands', () => {
    const instants = [30_000, 10_000, 20_000];
    expect(beside(instants, 10_000, 1)).toBe(20_000);
    expect(beside(instants, 21_000, -1)).toBe(10_000);
    expect(beside(instants, 30_000, 1)).toBeUndefined();
  });
});

it('leads up to an event as far as the recording goes', () => {
  const recorded = [{ start: 55_000, end: 90_000 }];
  expect(leadUp(80_000, recorded)).toBe(70_000);
  expect(leadUp(60_000, recorded)).toBe(55_000);
  expect(leadUp(20_000, recorded)).toBe(20_000);
});
