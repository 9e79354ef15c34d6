import { describe, expect, it } from 'vitest';
import { columns, group, turned } from './wall';

const five = ['a', 'b', 'c', 'd', 'e'];

describe('group', () => {
  it('shows as many as were asked for, or all', () => {
    expect(group(five, 0, 2)).toEqual(['a', 'b']);
    expect(group(five, 3, 0)).toEqual(five);
    expect(group(['a'], 0, 4)).toEqual(['a']);
  });

  it('fills the last group up', () => {
    expect(group(five, 4, 2)).toEqual(['d', 'e']);
  });
});

describe('turned', () => {
  it('goes through every camera and begins anew', () => {
    expect(turned(0, 1, 2, 5)).toBe(2);
    expect(turned(2, 1, 2, 5)).toBe(3);
    expect(turned(3, 1, 2, 5)).toBe(0);
    expect(turned(0, -1, 2, 5)).toBe(3);
  });

  it('has nowhere to go when all are shown', () => {
    expect(turned(0, 1, 0, 5)).toBe(0);
    expect(turned(0, -1, 4, 2)).toBe(0);
  });
});

it.each([
  [1, 390, 700, 1],
  [2, 390, 700, 1],
  [4, 390, 700, 1],
  [8, 390, 700, 2],
  [2, 1440, 800, 2],
  [4, 1440, 800, 2],
  [8, 1440, 800, 3],
])('lays %d pictures out on %d by %d in %d columns', (count, width, height, across) => {
  expect(columns(count, width, height)).toBe(across);
});
