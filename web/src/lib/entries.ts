/** Entries of the public log in plain words. */

import { agencyName } from './names';
import { t } from './messages/network';
import { formatDay } from './time';

export interface AnyEntry {
  kind: string;
  at: string;
  [field: string]: unknown;
}

export const KINDS = [
  'policy-published',
  'agency-enrolled',
  'key-enrolled',
  'request-submitted',
  'vote-cast',
  'request-approved',
  'request-rejected',
  'request-expired',
  'disclosure-made',
  'disclosure-opened',
  'outcome-entered',
  'map-released',
  'map-refused',
  'map-expired',
  'plan-locked',
  'study-read',
] as const;
export type Kind = (typeof KINDS)[number];

export const isKind = (kind: string): kind is Kind => (KINDS as readonly string[]).includes(kind);

export function entryTitle(entry: AnyEntry): string {
  return isKind(entry.kind) ? t(`entry.${entry.kind}`) : t('entry.unknown');
}

/** One sentence. */
export function entryWords(entry: AnyEntry): string {
  const field = (name: string) => String(entry[name] ?? '');
  const agency = agencyName(field('agency'));
  switch (entry.kind) {
    case 'policy-published':
      return t('entry.policy-published.words', { policy: field('policy'), version: field('version') });
    case 'agency-enrolled':
      return t('entry.agency-enrolled.words', { agency, type: t.code('agency-type', field('agency_type')) });
    case 'key-enrolled':
      return entry.role === 'officer'
        ? t('entry.key-enrolled.words.officer', { holder: field('holder'), agency })
        : t('entry.key-enrolled.words.reviewer', { holder: field('holder') });
    case 'request-submitted':
      return t('entry.request-submitted.words', { agency, offence: field('offence').replaceAll('-', ' ') });
    case 'vote-cast':
      return t(entry.verdict === 'for' ? 'entry.vote-cast.words.for' : 'entry.vote-cast.words.against', {
        reviewer: field('reviewer'),
        reason: t.code('reason', field('reason')),
      });
    case 'disclosure-opened':
      return t('entry.disclosure-opened.words', { officer: field('officer') });
    case 'outcome-entered':
      return t('entry.outcome-entered.words', {
        officer: field('officer'),
        outcome: t.code('outcome', field('outcome')),
      });
    case 'map-released':
      return t('entry.map-released.words', {
        agency,
        purpose: t.code('purpose', field('purpose')),
        day: formatDay(field('expires_on')),
      });
    case 'map-refused':
      return t('entry.map-refused.words', {
        agency,
        reasons: (entry.reasons as string[]).map((rule) => t.code('gate', rule)).join(', '),
      });
    case 'map-expired':
      return t('entry.map-expired.words', { agency });
    case 'plan-locked':
      return t('entry.plan-locked.words', { holder: field('holder'), day: formatDay(field('readable_on')) });
    case 'study-read':
      return t('entry.study-read.words', { finding: t.code('finding', field('finding')) });
    case 'request-approved':
    case 'request-rejected':
    case 'request-expired':
    case 'disclosure-made':
      return t(`entry.${entry.kind}.words`);
    default:
      return t('entry.unknown.words');
  }
}
