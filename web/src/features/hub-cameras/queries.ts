import { del, get, post, put } from '@/api/client';
import type {
  AddFoundCamera,
  AskedCamera,
  Camera,
  CameraForm,
  CameraOnvif,
  CameraSearch,
  CameraTest,
} from '@/api/hub';

const one = (id: string) => `/api/cameras/${encodeURIComponent(id)}`;

export const cameras = () => get<Camera[]>('/api/cameras');
export const addCamera = (form: CameraForm) => post<Camera>('/api/cameras', form);
export const changeCamera = (id: string, form: CameraForm) => put<Camera>(one(id), form);
export const removeCamera = (id: string) => del<unknown>(one(id));
export const testCamera = (url: string) => post<CameraTest>('/api/cameras/test', { url });

/** Where a camera is, and the login that its owner has for it. */
export interface Access {
  address: string;
  user: string;
  password: string;
}

export const beginSearch = () => post<CameraSearch>('/api/cameras/search');
export const searchState = () => get<CameraSearch>('/api/cameras/search');
export const askCamera = (access: Access, streams: { main?: string; sub?: string } = {}) =>
  post<AskedCamera>('/api/cameras/ask', { ...access, ...streams });
export const askPicture = (access: Access, stream: string) =>
  post<CameraTest>('/api/cameras/ask/picture', { ...access, stream });
export const addFound = (form: AddFoundCamera) => post<Camera>('/api/cameras/found', form);
export const onvif = (id: string) => get<CameraOnvif>(`${one(id)}/onvif`);
export const connectOnvif = (id: string, access: Access) => put<CameraOnvif>(`${one(id)}/onvif`, access);
export const disconnectOnvif = (id: string) => del<unknown>(`${one(id)}/onvif`);
