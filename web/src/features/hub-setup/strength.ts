export const MIN_CHARACTERS = 10;

/**
 * How hard a password is to guess, 0 to 3, by its length and by how many different characters it has.
 * A hint for people; the hub itself only insists on the length.
 */
export function strength(password: string): 0 | 1 | 2 | 3 {
  const different = new Set(password.toLowerCase()).size;
  if (password.length < MIN_CHARACTERS) return 0;
  if (different < 6 || /^(?:\d+|[a-z]+\d{0,4})$/i.test(password))
    return password.length >= 20 && different >= 9 ? 2 : 1;
  const words = password.split(/[\s\-_.,]+/).filter((word) => word.length >= 3).length;
  return password.length >= 16 || words >= 3 ? 3 : 2;
}
