import type { Result } from '@/api/client';
import type { Part } from '@/api/hub';
import type { Stretch } from '@/lib/player';

const DAY_MS = 86_400_000;

/**
 * The files of a stretch, day by day: a file is a day long at most, and a month takes its time. The next day begins
 * behind the last file of the day before, which ends with a whole group of pictures.
 */
export async function* byDay(
  ask: (day: Stretch) => Promise<Result<Part[]>>,
  during: Stretch,
): AsyncGenerator<Result<Part[]>> {
  let at = during.start;
  while (at < during.end) {
    const border = Math.min(at + DAY_MS, during.end);
    const answer = await ask({ start: at, end: border });
    yield answer;
    if (answer.kind !== 'success') return;
    at = Math.max(border, ...answer.value.map((part) => Date.parse(part.end) + 1));
  }
}
