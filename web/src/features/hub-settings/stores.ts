import type { Offsite } from '@/api/hub';

/** Whose options hold at this address: those of one bucket, container or folder are nobody else's. */
export function storeOf(url: string): string {
  const place = url.trim().replace(/\/+$/, '');
  if (place.startsWith('file:')) return place;
  return /^\w+:\/\/[^/]*/.exec(place)?.[0] ?? place;
}

/** Names of the options that are kept for the store at this address. */
export function keptFor(url: string, now: Offsite): string[] {
  const known = [...(now.target ? [now.target] : []), ...now.before];
  return known.find((place) => storeOf(place.url) === storeOf(url))?.options ?? [];
}
