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
    expect(chase(19.7, buffered, 0.3)).toEqual({ rate: 1 });
  });

  it('hurries a little when it is behind', () => {
    expect(chase(19.6, buffered, 0.3)).toEqual({ rate: 1.05 });
    expect(chase(19.4, buffered, 0.3)).toEqual({ rate: 1.1 });
    expect(chase(18.5, buffered, 0.3)).toEqual({ rate: 1.2 });
  });

  it('jumps when hurrying cannot catch up, and when it stands outside of what is there', () => {
    expect(chase(12, buffered, 0.3)).toEqual({ seek: 19.7, rate: 1 });
    expect(chase(0, buffered, 0.3).seek).toBe(19.7);
    expect(chase(25, buffered, 0.3).seek).toBe(19.7);
  });

  it('never jumps to before the first frame', () => {
    expect(chase(0, { start: 10, end: 10.1 }, 0.3).seek).toBe(10);
  });
});

it('drops old pictures only once there are many, and keeps some behind', () => {
  expect(droppable(15, { start: 0, end: 16 })).toBeUndefined();
  expect(droppable(30, { start: 0, end: 31 })).toBe(20);
});

it('waits longer after each failure, up to a quarter of a minute', () => {
  expect([0, 1, 2, 10].map(retryAfter)).toEqual([500, 1000, 2000, 15_000]);
});
