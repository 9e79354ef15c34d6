import { expect, it } from 'vitest';
import { strength } from './strength';

it('grows from too short to several words', () => {
  expect(strength('short')).toBe(0);
  expect(strength('password12')).toBe(1);
  expect(strength('aaaaaaaaaaaaaaaaaaaaaa')).toBe(1);
  expect(strength('Tr4!n-9xQz')).toBe(2);
  expect(strength('lantern moss teapot')).toBe(3);
});
