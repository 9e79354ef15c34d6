import { get, put } from '@/api/client';
import type { Camera, Masks } from '@/api/hub';
import type { Regions } from '@/components/regions';

const one = (camera: string) => `/api/cameras/${encodeURIComponent(camera)}`;

export const cameras = () => get<Camera[]>('/api/cameras');
export const masks = (camera: string) => get<Masks>(`${one(camera)}/masks`);
export const setMasks = (camera: string, wanted: Regions) =>
  put<Masks>(`${one(camera)}/masks`, { masks: wanted });
export const snapshot = (camera: string) => `${one(camera)}/snapshot.jpg`;
