import { call, get, post } from '@/api/client';
import type {
  GateAnswer,
  Ground,
  IncidentReport,
  MapPlan,
  MapSummary,
  MapWish,
  Places,
  Release,
  TakenIn,
  TheftMap,
  WaitingReport,
} from '@/api/network';

export const KINDS = [
  'parcel-theft',
  'break-in',
  'vehicle-theft',
  'theft-from-vehicle',
  'bicycle-theft',
  'vandalism',
] as const;
export const PURPOSES = [
  'prevention-advice',
  'delivery-points',
  'street-design',
  'patrol-planning',
  'public-report',
] as const;

export const maps = () => get<MapSummary[]>('/api/maps');
export const fileOf = (sha256: string) => `/maps/${encodeURIComponent(sha256)}.json`;
export const theftMap = (sha256: string) => get<TheftMap>(fileOf(sha256));
export const places = () => get<Places>('/api/places');
export const report = (given: IncidentReport) => post<unknown>('/api/incidents', given);
export const releases = () => get<Release[]>('/api/releases');
export const askForMap = (wish: MapWish) => post<GateAnswer>('/api/releases', wish);
export const fileOfRelease = (id: string) => `/api/releases/${encodeURIComponent(id)}/map.json`;
export const grounds = () => get<Ground[]>('/api/maps/grounds');
export const waiting = () => get<WaitingReport[]>('/api/incidents/waiting');
export const lookAt = (ids: number[], count: boolean) =>
  post<{ reports: number }>('/api/incidents/waiting', { ids, count });
export const importIncidents = (file: File) =>
  call<TakenIn>('POST', '/api/incidents/import', new Blob([file], { type: 'text/csv' }));
export const publish = (plan: MapPlan) => post<MapSummary>('/api/maps', plan);
