import { get, type Result } from '@/api/client';
import type { Timeline } from '@/api/hub';
import type { Stretch } from './player';
import { between } from './recording';

const HOUR_SECONDS = 3600;

const one = (camera: string) => `/api/cameras/${encodeURIComponent(camera)}`;

/** An answer about a stretch of time; it says which, since answers can come late. */
export type Known = Timeline & { of: Stretch };

/** What is known of one day of a camera. */
export const timeline = (camera: string, day: Stretch) =>
  about(day, `${one(camera)}/timeline?${between(day.start, day.end)}`);

/** What is recorded in a month and how much moved in each hour. */
export const overview = (camera: string, month: Stretch) =>
  about(
    month,
    `${one(camera)}/timeline?${between(month.start, month.end)}&step=${String(HOUR_SECONDS)}&events=false`,
  );

async function about(of: Stretch, path: string): Promise<Result<Known>> {
  const result = await get<Timeline>(path);
  return result.kind === 'success' ? { ...result, value: { ...result.value, of } } : result;
}

export const thumbnailUrl = (camera: string, at: number) =>
  `${one(camera)}/thumbnails?at=${encodeURIComponent(new Date(at).toISOString())}`;
