import { expect, it } from 'vitest';
import { inStep } from './step';

it('leaves sound alone that is with its picture', () => {
  expect(inStep(10.02, 10, 20)).toEqual({ rate: 1 });
});

it('draws sound along that is a little off, at the pace of the picture', () => {
  expect(inStep(10.1, 10, 20).rate).toBeLessThan(1);
  expect(inStep(9.9, 10, 20).rate).toBeGreaterThan(1);
  expect(inStep(9.9, 10, 20, 2).rate).toBeGreaterThan(2);
});

it('jumps where the picture has jumped', () => {
  expect(inStep(3, 10, 20)).toEqual({ seek: 10, rate: 1 });
});

it('stays behind the newest sound, however early the picture is', () => {
  expect(inStep(9.89, 10, 10)).toEqual({ rate: 1 });
  expect(inStep(5, 10, 10).seek).toBeCloseTo(9.9);
});
