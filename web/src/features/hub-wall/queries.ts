import { get, type Result } from '@/api/client';
import type { Camera, Timeline } from '@/api/hub';
import type { Stretch } from '@/lib/player';
import { timeline } from '@/lib/timeline';

export const cameras = () => get<Camera[]>('/api/cameras');

/** What is known of a day of several cameras, and since when. */
export interface Lines {
  of: Stretch;
  askedAt: number;
  byCamera: ReadonlyMap<string, Timeline>;
}

/** A camera that somebody removed meanwhile is left out. */
export async function lines(ids: readonly string[], day: Stretch): Promise<Result<Lines>> {
  const askedAt = Date.now();
  const answers = await Promise.all(ids.map((id) => timeline(id, day)));
  const byCamera = new Map<string, Timeline>();
  for (const [i, answer] of answers.entries()) {
    if (answer.kind === 'success') byCamera.set(ids[i] ?? '', answer.value);
    else if (answer.kind === 'failed' || answer.status !== 404) return answer;
  }
  return { kind: 'success', value: { of: day, askedAt, byCamera } };
}
