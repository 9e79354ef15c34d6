import { del, get, put } from '@/api/client';
import type {
  Diagnostics,
  KeepRule,
  Offsite,
  OffsiteForm,
  Settings,
  SettingsForm,
  Status,
  StorageStatus,
} from '@/api/hub';

export const storage = () => get<StorageStatus>('/api/storage');
export const keepCamera = (camera: string, rule: KeepRule) =>
  put<StorageStatus>(`/api/cameras/${encodeURIComponent(camera)}/keep`, rule);
export const settings = () => get<Settings>('/api/settings');
export const change = (what: SettingsForm) => put<Settings>('/api/settings', what);
export const unmute = (agency: string) => del<unknown>(`/api/agencies/${encodeURIComponent(agency)}/mute`);
export const status = () => get<Status>('/api/status');
export const diagnostics = () => get<Diagnostics>('/api/diagnostics');
export const offsite = () => get<Offsite>('/api/offsite');
export const chooseOffsite = (form: OffsiteForm) => put<Offsite>('/api/offsite', form);
export const leaveOffsite = () => del<unknown>('/api/offsite');
export const forgetBefore = (url: string) =>
  del<unknown>(`/api/offsite/before?url=${encodeURIComponent(url)}`);
