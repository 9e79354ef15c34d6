import { describe, expect, it } from 'vitest';
import { chase, distance, droppable, retryAfter } from './edge';

describe('distance', () => {
  it('is longer than the longest wait between fragments', () => {
    expect(distance([0.1, 1, 0.1])).toBeGreaterThan(1);
  });

  it('has a shortest and a longest', () => {
    expect(distance([])).toBe(0.06);
    expect(distance([60])).toBe(4);
  });
});

describe('chase', () => {
  const buffered = { start: 10, end: 20 };

  it('plays on at normal speed close to the edge', () => {
    expect(chase(19.7, buffered, 0.3, true)).toEqual({ rate: 1 });
  });

  it('hurries the more the later it is', () => {
    expect(chase(19.65, buffered, 0.3, true)).toEqual({ rate: 1.05 });
    expect(chase(19.55, buffered, 0.3, true)).toEqual({ rate: 1.2 });
    expect(chase(19.4, buffered, 0.3, true)).toEqual({ rate: 1.5 });
  });

  it('jumps to the edge from half a second behind', () => {
    expect(chase(19.25, buffered, 0.3, true).seek).toBeUndefined();
    expect(chase(19.15, buffered, 0.3, true)).toEqual({ seek: 19.7, rate: 1 });
  });

  it('hurries where it may not jump again yet', () => {
    expect(chase(12, buffered, 0.3, false)).toEqual({ rate: 2 });
  });

  it('always jumps from outside of what is there', () => {
    expect(chase(0, buffered, 0.3, false).seek).toBe(19.7);
    expect(chase(25, buffered, 0.3, false).seek).toBe(19.7);
  });

  it('shows the keyframe when nothing else has come', () => {
    expect(chase(0, { start: 10, end: 10.04 }, 0.06, true).seek).toBe(10);
  });
});

it('drops old pictures only once there are many, and keeps some behind', () => {
  expect(droppable(15, { start: 0, end: 16 })).toBeUndefined();
  expect(droppable(30, { start: 0, end: 31 })).toBe(20);
});

it('waits longer after each failure, up to a quarter of a minute', () => {
  expect([0, 1, 2, 10].map(retryAfter)).toEqual([500, 1000, 2000, 15_000]);
});
