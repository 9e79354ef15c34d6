import { del, get, post, type Result } from '@/api/client';
import type { InboxItem, Settings, ShareAnswer } from '@/api/hub';

const one = (id: string) => `/api/inbox/${encodeURIComponent(id)}`;

export const inbox = () => get<InboxItem[]>('/api/inbox');
export const request = (id: string) => get<InboxItem>(one(id));
export const share = (id: string, clips: string[]) => post<ShareAnswer>(`${one(id)}/share`, { clips });
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
