const NAME = 'latchstring-household';

/** A random number of this browser, made at its first report, so that one household counts once. */
export function householdNumber(): string {
  const known = localStorage.getItem(NAME);
  if (known) return known;
  const made = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  localStorage.setItem(NAME, made);
  return made;
}
