import { get, put } from '@/api/client';
import type { Camera, CameraOnvif, Masks, Motion } from '@/api/hub';
import type { Regions } from '@/components/regions';
import { WATCHING } from '@/lib/recording';

const one = (camera: string) => `/api/cameras/${encodeURIComponent(camera)}`;

export const cameras = () => get<Camera[]>('/api/cameras');
export const masks = (camera: string) => get<Masks>(`${one(camera)}/masks`);
export const setMasks = (camera: string, wanted: Regions, before: Regions) =>
  put<Masks>(`${one(camera)}/masks`, { masks: wanted, before });

export type MotionChoice = Omit<Motion, 'stirrings' | 'is_doorbell'>;
export const motion = (camera: string) => get<Motion>(`${one(camera)}/motion`);
export const setMotion = (camera: string, wanted: MotionChoice) =>
  put<Motion>(`${one(camera)}/motion`, wanted);

/** What the camera sees, without the masks that are about to be drawn on it: an address, to be revoked. */
export async function wholePicture(camera: string): Promise<string | undefined> {
  const answer = await fetch(`${one(camera)}/snapshot.jpg?whole=true`, { headers: WATCHING });
  return answer.ok ? URL.createObjectURL(await answer.blob()) : undefined;
}
export const onvif = (camera: string) => get<CameraOnvif>(`${one(camera)}/onvif`);
export const setMasksInCamera = (camera: string, on: boolean) =>
  put<CameraOnvif>(`${one(camera)}/onvif/hiding`, { on });
