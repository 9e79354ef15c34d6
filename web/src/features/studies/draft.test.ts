import { expect, test } from 'vitest';
import { blank, lines, toPlan } from './draft';

const today = new Date('2026-11-23T08:00:00Z');

test('the windows hold whole spans and meet today', () => {
  const plan = toPlan(blank(today));
  expect(plan.before).toEqual({ start: '2025-11-24', end: '2026-11-23' });
  expect(plan.after).toEqual({ start: '2026-11-23', end: '2027-11-22' });
});

test('areas are lines, and the window of a choice is told only where counts led to it', () => {
  expect(lines(' Mill Street \n\nFord Lane\n')).toEqual(['Mill Street', 'Ford Lane']);
  const draft = blank(today);
  expect(toPlan(draft).selected).toBeNull();
  expect(toPlan({ ...draft, choice: 'because its counts were high' }).selected).toEqual({
    start: '2025-11-24',
    end: '2026-11-23',
  });
});
