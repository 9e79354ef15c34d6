import { describe, expect, it } from 'vitest';
import { renderTemplate } from '@/lib/template';
import { compare } from './prepared';
import { daysFromNow, fromLocal, toLocal } from './window';

const draft = {
  offence: 'burglary',
  incident_cell: '89283082803ffff',
  area: { type: 'Polygon' as const, coordinates: [[[4.3, 52]] as [number, number][]] },
  window: { start: '2026-01-14T18:00:00Z', end: '2026-01-14T20:00:00Z' },
  template: 'footage',
  recipient: 'age1abc',
  expires_at: '2026-01-21T12:00:00Z',
};
const account = { agency: 'riverside-pd', holder: 'officer-a' };
const prepared = { ...draft, agency: 'riverside-pd', officer: 'officer-a', text: 'words', id: 'rq_a' };

describe('what the network prepared', () => {
  it('is signed when it is what was drawn', () => {
    expect(compare(JSON.stringify(prepared), draft, 'words', account).differs).toBeUndefined();
  });

  it.each([
    ['recipient', { recipient: 'age1other' }],
    ['area', { area: { ...draft.area, coordinates: [[[4.3, 53]]] } }],
    ['window', { window: { ...draft.window, end: '2026-01-14T23:00:00Z' } }],
    ['text', { text: 'other words' }],
    ['officer', { officer: 'officer-b' }],
  ])('is not signed when its %s was changed', (field, change) => {
    const changed = JSON.stringify({ ...prepared, ...change });
    expect(compare(changed, draft, 'words', account).differs).toBe(field);
  });
});

describe('times', () => {
  it('are picked in local time and written in UTC', () => {
    const picked = toLocal(new Date('2026-01-14T18:05:00Z'));
    expect(fromLocal(picked)).toBe('2026-01-14T18:05:00Z');
    expect(fromLocal('')).toBeUndefined();
    expect(daysFromNow(7, Date.parse('2026-01-14T18:05:42Z'))).toBe('2026-01-21T18:05:00Z');
  });
});

describe('the preview of a template', () => {
  it('says what the network will say: UTC, to the minute, outward', () => {
    const [start, end] = [new Date('2026-11-21T18:30:59Z'), new Date('2026-11-21T19:00:01Z')];
    expect(renderTemplate('{offence}: {start} – {end}', 'hit-and-run', start, end)).toBe(
      'hit and run: 21 Nov 2026, 18:30 UTC – 21 Nov 2026, 19:01 UTC',
    );
  });
});
