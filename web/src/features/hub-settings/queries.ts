import { del, get, put } from '@/api/client';
import type { Diagnostics, Settings, SettingsForm, Status } from '@/api/hub';

export const settings = () => get<Settings>('/api/settings');
export const change = (what: SettingsForm) => put<Settings>('/api/settings', what);
export const unmute = (agency: string) => del<unknown>(`/api/agencies/${encodeURIComponent(agency)}/mute`);
export const status = () => get<Status>('/api/status');
export const diagnostics = () => get<Diagnostics>('/api/diagnostics');
