import { get, type Result } from '@/api/client';
import type { Camera, Part, Timeline } from '@/api/hub';
import type { Stretch } from '@/lib/player';

const HOUR_SECONDS = 3600;

const one = (camera: string) => `/api/cameras/${encodeURIComponent(camera)}`;
const text = (at: number) => encodeURIComponent(new Date(at).toISOString());
const range = (during: Stretch) => `start=${text(during.start)}&end=${text(during.end)}`;

/** An answer about a stretch of time; it says which, since answers can come late. */
export type Known = Timeline & { of: Stretch };

export const cameras = () => get<Camera[]>('/api/cameras');

/** What is known of one day of a camera. */
export const timeline = (camera: string, day: Stretch) => about(day, `${one(camera)}/timeline?${range(day)}`);

/** What is recorded in a month and how much moved in each hour. */
export const overview = (camera: string, month: Stretch) =>
  about(month, `${one(camera)}/timeline?${range(month)}&step=${String(HOUR_SECONDS)}&events=false`);

async function about(of: Stretch, path: string): Promise<Result<Known>> {
  const result = await get<Timeline>(path);
  return result.kind === 'success' ? { ...result, value: { ...result.value, of } } : result;
}

/** What a download of this time would be: one file for each unbroken part. */
export const parts = (camera: string, during: Stretch) =>
  get<Part[]>(`${one(camera)}/parts?${range(during)}`);

export const downloadUrl = (camera: string, part: Pick<Part, 'start' | 'end'>) =>
  `${one(camera)}/download.mp4?start=${encodeURIComponent(part.start)}&end=${encodeURIComponent(part.end)}`;

export const thumbnailUrl = (camera: string, at: number) => `${one(camera)}/thumbnails?at=${text(at)}`;
