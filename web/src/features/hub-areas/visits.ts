import type { Motion } from '@/api/hub';

export const HOURS = 24;
const MINUTE = 60_000;

/** How many stretches of minutes would be told of; a minute's pause between two does not part them. */
export function visits(stirrings: Motion['stirrings'], sensitivity: number): number {
  let count = 0;
  let last = -Infinity;
  for (const { at, sensitivity: needed } of stirrings) {
    if (needed > sensitivity) continue;
    const minute = Date.parse(at);
    if (minute - last > 2 * MINUTE) count += 1;
    last = minute;
  }
  return count;
}

/** The minute of the day that ends now, 0 to 1440. */
export function placeInDay(at: string, now: number): number {
  const minutes = HOURS * 60 - (now - Date.parse(at)) / MINUTE;
  return Math.min(HOURS * 60, Math.max(0, minutes));
}
