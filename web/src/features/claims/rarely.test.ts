import { expect, test } from 'vitest';
import { rarely } from './rarely';

test('a chance is never told as none or as certain', () => {
  expect([0, 0.009, 0.048, 0.13, 0.75, 0.9964, 1].map(rarely)).toEqual([
    'less than 0.1 %',
    '0.9 %',
    '4.8 %',
    '13 %',
    '75 %',
    '99.6 %',
    'more than 99.9 %',
  ]);
});
