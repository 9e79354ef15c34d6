import { describe, expect, it } from 'vitest';
import type { Offsite } from '@/api/hub';
import { keptFor, storeOf } from './stores';

const before = {
  url: 'gs://attic/door',
  options: ['service_account_key'],
  copies: 1,
  size_bytes: 1,
  empty_at: '2026-12-24T00:00:00Z',
  trouble: null,
};
const now: Offsite = {
  target: { url: 's3://copies/door', options: ['access_key_id'], keep_days: 30 },
  copies: 0,
  size_bytes: 0,
  waiting: 0,
  last_put: null,
  trouble: null,
  before: [before],
};

describe('options of a store', () => {
  it('stay for another folder of the same bucket', () => {
    expect(keptFor('s3://copies/gate/', now)).toEqual(['access_key_id']);
    expect(keptFor(' s3://copies ', now)).toEqual(['access_key_id']);
  });

  it('are of no use to another bucket or another kind of store', () => {
    expect(keptFor('s3://copies-of-others/door', now)).toEqual([]);
    expect(keptFor('az://copies/door', now)).toEqual([]);
  });

  it('are kept for a place to which copies went before', () => {
    expect(keptFor('gs://attic', now)).toEqual(['service_account_key']);
  });

  it('of a disk are those of that folder alone', () => {
    expect(storeOf('file:///media/one/')).toBe('file:///media/one');
    expect(storeOf('file:///media/one')).not.toBe(storeOf('file:///media/two'));
  });
});
