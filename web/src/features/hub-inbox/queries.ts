import { del, get, post, put, type Result } from '@/api/client';
import type { Hiding, InboxItem, Settings, ShareAnswer } from '@/api/hub';
import type { Regions } from '@/components/regions';

const one = (id: string) => `/api/inbox/${encodeURIComponent(id)}`;

export const inbox = () => get<InboxItem[]>('/api/inbox');
export const request = (id: string) => get<InboxItem>(one(id));
const ofClip = (id: string, clip: string) => `${one(id)}/clips/${encodeURIComponent(clip)}`;
/** `seen`: SHA-256 of what was looked at, for each clip in which something is hidden. */
export const share = (id: string, clips: string[], seen: Record<string, string>) =>
  post<ShareAnswer>(`${one(id)}/share`, { clips, seen });
export const hide = (id: string, clip: string, faces: boolean, regions: Regions) =>
  put<Hiding>(`${ofClip(id, clip)}/hiding`, { faces, regions });
export const prepare = (id: string, clip: string) => post<Hiding>(`${ofClip(id, clip)}/prepare`);
export const stopPreparing = (id: string, clip: string) => del<Hiding>(`${ofClip(id, clip)}/prepare`);
export const notNow = (id: string) => post<unknown>(`${one(id)}/not-now`);
export const undo = (id: string) => post<unknown>(`${one(id)}/undo`);
export const mute = (agency: string) => post<unknown>(`/api/agencies/${encodeURIComponent(agency)}/mute`);
export const unmute = (agency: string) => del<unknown>(`/api/agencies/${encodeURIComponent(agency)}/mute`);

/** What is still missing before any request can arrive. */
export async function missing(): Promise<Result<'network' | 'home' | null>> {
  const settings = await get<Settings>('/api/settings');
  if (settings.kind !== 'success') return settings;
  const { network, home } = settings.value;
  return { kind: 'success', value: network ? (home ? null : 'home') : 'network' };
}
