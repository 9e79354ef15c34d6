import { expect, test } from 'vitest';
import { blank, lines, partsOf, picked, toPlan } from './draft';

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

test('a hexagon is in one list, and leaves it when it is picked again', () => {
  const draft = { ...blank(today), treated: 'Mill Street', donors: 'a\nb' };
  const moved = picked(draft, 'a', 'treated');
  expect(moved).toEqual({ treated: 'Mill Street\na', control: '', donors: 'b' });
  expect(picked({ ...draft, ...moved }, 'a', 'treated').treated).toBe('Mill Street');
});

test('a synthetic control has donors alone, and meets parts of whole spans', () => {
  const draft = { ...blank(today), control: 'Ford Lane', donors: 'a\nb', met: '2' as const };
  expect(toPlan(draft).predictors).toBeUndefined();
  const plan = toPlan({ ...draft, specification: 'synthetic control' });
  expect(plan.control).toEqual([]);
  expect(plan.test).toBe('rank among areas where nothing is done');
  expect(plan.predictors).toEqual([
    { start: '2025-11-24', end: '2026-06-08' },
    { start: '2026-06-08', end: '2026-11-23' },
  ]);
  expect(partsOf({ start: '2026-01-05', end: '2026-03-30' }, 4)).toHaveLength(3);
});
