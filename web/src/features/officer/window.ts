/** Times as a person picks them (local, to the minute) and as statements write them (UTC). */

/** RFC 3339 in UTC of a `datetime-local` value; empty or unreadable: undefined. */
export function fromLocal(picked: string): string | undefined {
  const instant = picked === '' ? NaN : new Date(picked).getTime();
  return Number.isNaN(instant) ? undefined : toText(new Date(instant));
}

/** The `datetime-local` value of an instant. */
export function toLocal(instant: Date): string {
  const shifted = new Date(instant.getTime() - instant.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

export const toText = (instant: Date): string => instant.toISOString().replace('.000Z', 'Z');

/** So many days from now, to the minute. */
export function daysFromNow(days: number, now = Date.now()): string {
  return toText(new Date(Math.floor(now / 60_000) * 60_000 + days * 86_400_000));
}
