import { del, get, post, put } from '@/api/client';
import type { Camera, CameraForm, CameraTest } from '@/api/hub';

const one = (id: string) => `/api/cameras/${encodeURIComponent(id)}`;

export const cameras = () => get<Camera[]>('/api/cameras');
export const addCamera = (form: CameraForm) => post<Camera>('/api/cameras', form);
export const changeCamera = (id: string, form: CameraForm) => put<Camera>(one(id), form);
export const removeCamera = (id: string) => del<unknown>(one(id));
export const testCamera = (url: string) => post<CameraTest>('/api/cameras/test', { url });
