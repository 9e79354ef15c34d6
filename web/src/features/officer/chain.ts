/** What happened to a request, as links of a chain; the last one is what is waited for. */

import type { RequestDetail } from '@/api/network';
import type { Link } from '@/components/Chain.svelte';
import { entryTitle, entryWords } from '@/lib/entries';
import { t } from '@/lib/messages/network';

const BAD = new Set(['request-rejected', 'request-expired']);

export const hasOutcome = (asked: RequestDetail): boolean =>
  asked.timeline.some(({ entry }) => entry.kind === 'outcome-entered');

export function chainOf(asked: RequestDetail): Link[] {
  const links = asked.timeline.map(({ index, entry }, i): Link => {
    const against = entry.kind === 'vote-cast' && entry.verdict === 'against';
    return {
      key: `${i}`,
      title: entryTitle(entry),
      words: entryWords(entry),
      at: entry.at,
      tone: BAD.has(entry.kind) || against ? 'danger' : 'plain',
      ...(index === null
        ? { hrefWords: t('follow.entering') }
        : { href: `#/log/${index}`, hrefWords: t('follow.index', { n: index }) }),
    };
  });
  if (asked.state === 'pending')
    links.push({
      key: 'waiting',
      waiting: true,
      title: t('follow.waiting.review'),
      words: t('follow.waiting.review.words', { cast: asked.votes.length, needed: asked.votes_needed }),
    });
  else if (asked.state === 'approved' && !hasOutcome(asked))
    links.push({
      key: 'waiting',
      waiting: true,
      title: t('follow.waiting.homes'),
      words: t('follow.waiting.homes.words'),
    });
  return links;
}
