import { expect, it } from 'vitest';
import { readPlace } from './place';

it('reads degrees as people type them', () => {
  expect(readPlace('51.5', '-0.12').place).toEqual({ latitude: 51.5, longitude: -0.12 });
  expect(readPlace(' 51,5 ', '−0,12').place).toEqual({ latitude: 51.5, longitude: -0.12 });
});

it('takes nothing for no place, and says which half is wrong', () => {
  expect(readPlace('', ' ').place).toBeNull();
  expect(readPlace('86', '0')).toEqual({ place: undefined, badLatitude: true, badLongitude: false });
  expect(readPlace('51', '')).toEqual({ place: undefined, badLatitude: false, badLongitude: true });
  expect(readPlace('north', '181')).toEqual({ place: undefined, badLatitude: true, badLongitude: true });
});
