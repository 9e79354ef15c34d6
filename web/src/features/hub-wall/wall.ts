/** How many pictures are shown together; 0 stands for all. */
export type Together = 0 | 1 | 2 | 4;
export const CHOICES: readonly Together[] = [1, 2, 4, 0];

/** The cameras shown from the `first` on; the last group is filled up, so that no place stays empty. */
export function group<T>(cameras: readonly T[], first: number, together: Together): readonly T[] {
  if (together === 0 || together >= cameras.length) return cameras;
  const start = Math.min(Math.max(0, first), cameras.length - together);
  return cameras.slice(start, start + together);
}

/** Where the next or last group begins; after the end comes the beginning. */
export function turned(first: number, by: 1 | -1, together: Together, count: number): number {
  if (together === 0 || together >= count) return 0;
  const last = count - together;
  if (by > 0) return first >= last ? 0 : Math.min(first + together, last);
  return first <= 0 ? last : Math.max(first - together, 0);
}

/** Columns that give `count` pictures the most room on a screen of this width and height. */
export function columns(count: number, width: number, height: number): number {
  const PICTURE = 16 / 9;
  let best = 1;
  let widest = 0;
  for (let across = 1; across <= count; across++) {
    const wide = Math.min(width / across, (height / Math.ceil(count / across)) * PICTURE);
    if (wide > widest + 1) [best, widest] = [across, wide];
  }
  return best;
}
