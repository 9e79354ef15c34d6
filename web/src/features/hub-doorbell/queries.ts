import { del, get, post, put } from '@/api/client';
import type {
  AtTheDoor,
  Camera,
  Chimed,
  Doorbell,
  DoorbellForm,
  QuickReply,
  Ringing,
  RingSound,
} from '@/api/hub';

const of = (camera: string) => `/api/cameras/${encodeURIComponent(camera)}`;
const one = (reply: string) => `/api/doorbell/replies/${encodeURIComponent(reply)}`;

export const cameras = () => get<Camera[]>('/api/cameras');

export const waiting = () => get<AtTheDoor[]>('/api/doorbell/waiting');
export const answered = (event: string) =>
  post<undefined>(`/api/doorbell/presses/${encodeURIComponent(event)}/answered`);
export const momentUrl = (event: string) => `/api/doorbell/presses/${encodeURIComponent(event)}/picture.jpg`;
/** Privacy masks are painted over in it: it may be kept. */
export const snapshotUrl = (camera: string) => `${of(camera)}/snapshot.jpg`;

export const doorbell = (camera: string) => get<Doorbell>(`${of(camera)}/doorbell`);
export const change = (camera: string, form: DoorbellForm) => put<Doorbell>(`${of(camera)}/doorbell`, form);
export const renew = (camera: string) => post<Doorbell>(`${of(camera)}/doorbell/token`);
export const press = (camera: string) => post<{ event: string | null }>(`${of(camera)}/doorbell/press`);
export const chime = (camera: string) => post<Chimed>(`${of(camera)}/doorbell/chime`);

export const replies = () => get<QuickReply[]>('/api/doorbell/replies');
export const addReply = (name: string, recording: Blob) =>
  post<QuickReply>(`/api/doorbell/replies?name=${encodeURIComponent(name)}`, recording);
export const renameReply = (reply: string, name: string) => put<QuickReply>(one(reply), { name });
export const removeReply = (reply: string) => del<undefined>(one(reply));
export const bringBackReply = (reply: string) => post<QuickReply>(`${one(reply)}/back`);
export const replySound = (reply: string) => `${one(reply)}/sound.wav`;
export const sayReply = (camera: string, reply: string) =>
  post<undefined>(`${of(camera)}/doorbell/replies/${encodeURIComponent(reply)}/play`);

export const ringing = () => get<Ringing>('/api/doorbell/ringing');
export const setRinging = (sound: RingSound) => put<Ringing>('/api/doorbell/ringing', { sound });
