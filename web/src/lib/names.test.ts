import { expect, it } from 'vitest';
import { agencyName, formatBytes } from './names';

it('writes an agency for people', () => {
  expect(agencyName('riverside-police')).toBe('Riverside Police');
  expect(agencyName('harbour-pd')).toBe('Harbour PD');
});

it('writes sizes with two or three digits', () => {
  expect([0, 999, 1500, 48_200_000, 999_600_000, 1.4e12].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.5 kB',
    '48 MB',
    '1.0 GB',
    '1.4 TB',
  ]);
});
