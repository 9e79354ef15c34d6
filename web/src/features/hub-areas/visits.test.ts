import { expect, test } from 'vitest';
import { placeInDay, visits } from './visits';

const at = (time: string, sensitivity: number) => ({ at: `2026-11-25T${time}:00Z`, sensitivity });

test('minutes that follow each other are one visit', () => {
  const day = [at('08:00', 0.2), at('08:01', 0.2), at('08:03', 0.2), at('12:00', 0.2)];
  expect(visits(day, 0.5)).toBe(2);
});

test('a lower sensitivity leaves out what moved little', () => {
  const day = [at('08:00', 0.2), at('12:00', 0.8)];
  expect([visits(day, 0.1), visits(day, 0.5), visits(day, 1)]).toEqual([0, 1, 2]);
});

test('a day ago is at the left, now at the right', () => {
  const now = Date.parse('2026-11-25T12:00:00Z');
  expect(placeInDay('2026-11-24T12:00:00Z', now)).toBe(0);
  expect(placeInDay('2026-11-25T12:00:00Z', now)).toBe(1440);
  expect(placeInDay('2026-11-25T00:00:00Z', now)).toBe(720);
});
