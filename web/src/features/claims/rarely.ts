/** A chance as people say it: never 0 and never certain, no digit that means nothing. */
export function rarely(chance: number): string {
  if (chance < 0.001) return 'less than 0.1 %';
  if (chance > 0.999) return 'more than 99.9 %';
  const percent = 100 * chance;
  return `${percent < 10 || percent > 99 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}
