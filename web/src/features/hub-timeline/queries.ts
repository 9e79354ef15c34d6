import { get, type Result } from '@/api/client';
import type { Camera, Timeline } from '@/api/hub';
import type { Stretch } from '@/lib/player';

const one = (camera: string) => `/api/cameras/${encodeURIComponent(camera)}`;
const text = (at: number) => encodeURIComponent(new Date(at).toISOString());

export const cameras = () => get<Camera[]>('/api/cameras');
/** What is known of one stretch of a camera; it says which stretch, since answers can come late. */
export async function timeline(camera: string, day: Stretch): Promise<Result<Timeline & { day: Stretch }>> {
  const result = await get<Timeline>(`${one(camera)}/timeline?start=${text(day.start)}&end=${text(day.end)}`);
  return result.kind === 'success' ? { ...result, value: { ...result.value, day } } : result;
}

export const snapshotUrl = (camera: string, at: number) => `${one(camera)}/snapshot.jpg?at=${text(at)}`;
