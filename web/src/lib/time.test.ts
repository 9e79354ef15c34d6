import { afterEach, describe, expect, it, vi } from 'vitest';
import { renderTemplate } from './template';
import { dayOf, formatDay, formatDuration, formatRange, formatTime, twinOf } from './time';

const at = '2026-11-23T08:30:05Z';
const now = Date.parse('2026-11-23T09:00:00Z');

describe('formatTime', () => {
  it('says so when a time is UTC', () => {
    expect(formatTime(at, 'full', 'utc')).toBe('23 Nov 2026, 08:30:05 UTC');
    expect(formatTime(at, 'clock', 'utc')).toBe('08:30 UTC');
  });

  it('says how long ago in words', () => {
    const ago = (text: string) => formatTime(text, 'ago', 'local', now);
    expect(ago('2026-11-23T08:59:58Z')).toBe('just now');
    expect(ago('2026-11-23T08:59:01Z')).toBe('59 seconds ago');
    expect(ago('2026-11-23T08:58:00Z')).toBe('2 minutes ago');
    expect(ago('2026-11-23T07:00:00Z')).toBe('2 hours ago');
    expect(ago('2026-11-20T09:00:00Z')).toBe('3 days ago');
  });

  it('leaves out the year only when it is this one', () => {
    expect(formatTime(at, 'moment', 'utc', now)).toBe('23 Nov, 08:30 UTC');
    expect(formatTime('2025-06-20T08:30:00Z', 'moment', 'utc', now)).toBe('20 Jun 2025, 08:30 UTC');
    expect(formatTime('2025-06-20T08:30:00Z', 'date', 'utc', now)).toBe('20 Jun 2025');
  });

  it('leaves out the day only when it is today', () => {
    expect(formatTime(at, 'recent', 'utc', now)).toBe('08:30 UTC');
    expect(formatTime('2026-11-20T08:30:00Z', 'recent', 'utc', now)).toBe('20 Nov, 08:30 UTC');
  });
});

describe('the night in which clocks are set back', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('says which of two hours it is that are written alike, and only then', () => {
    vi.stubEnv('TZ', 'Europe/London');
    expect(formatTime('2026-10-25T00:30:00Z', 'second')).toBe('01:30:00 BST');
    expect(formatTime('2026-10-25T01:30:00Z', 'second')).toBe('01:30:00 GMT');
    expect(formatTime('2026-10-25T01:30:00Z', 'second', 'utc')).toBe('01:30:00 UTC');
    expect(formatTime('2026-10-25T02:00:00Z', 'second')).toBe('02:00:00');
    expect(formatTime('2026-10-24T23:59:59Z', 'second')).toBe('00:59:59');
  });

  it('has no such hour when they are set forward, nor where they never are', () => {
    vi.stubEnv('TZ', 'Europe/London');
    expect(twinOf(Date.parse('2026-03-29T01:30:00Z'))).toBeUndefined();
    vi.stubEnv('TZ', 'Asia/Tokyo');
    expect(twinOf(Date.parse('2026-10-25T00:30:00Z'))).toBeUndefined();
  });
});

it('takes the day where the reader is, from midnight to midnight', () => {
  expect(dayOf(new Date(2026, 10, 23, 0, 0, 1))).toBe('2026-11-23');
  expect(dayOf(new Date(2026, 10, 23, 23, 59, 59))).toBe('2026-11-23');
});

it('writes a day with its year, whatever the zone', () => {
  expect(formatDay('2026-11-23')).toBe('23 Nov 2026');
});

it('writes the day of a range once', () => {
  expect(formatRange('2026-11-23T08:00:00Z', '2026-11-23T10:00:00Z', 'utc')).toMatch(
    /^Mon,? 23 Nov 2026, 08:00\s?–\s?10:00 UTC$/,
  );
});

it('writes a range outward, as the sentence of a request does', () => {
  const [start, end] = ['2026-11-23T04:49:10Z', '2026-11-23T06:49:10Z'];
  expect(formatRange(start, end, 'utc')).toMatch(/04:49\s?–\s?06:50 UTC$/);
  expect(renderTemplate('{start} to {end}', '', new Date(start), new Date(end))).toMatch(
    /04:49 UTC to .* 06:50 UTC$/,
  );
  expect(formatRange(start, '2026-11-23T06:49:00Z', 'utc')).toMatch(/06:49 UTC$/);
});

it('writes durations as people say them', () => {
  expect([0, 42, 65, 754, 3600, 3900].map(formatDuration)).toEqual([
    '0 s',
    '42 s',
    '1 min 5 s',
    '12 min',
    '1 h',
    '1 h 5 min',
  ]);
});
