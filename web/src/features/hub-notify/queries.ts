import { del, get, post, put } from '@/api/client';
import type {
  AddedWebhook,
  Camera,
  Channel,
  NotifyRules,
  Notifications,
  NoticeTold,
  Subject,
  Went,
} from '@/api/hub';

const ROOT = '/api/notifications';
const one = (channel: string) => `${ROOT}/channels/${encodeURIComponent(channel)}`;

export const cameras = () => get<Camera[]>('/api/cameras');
export const notifications = () => get<Notifications>(ROOT);
export const history = () => get<NoticeTold[]>(`${ROOT}/history`);
export const changeRules = (rules: NotifyRules) => put<Notifications>(`${ROOT}/rules`, rules);
export const switchSubject = (camera: string | null, subject: Subject, is_on: boolean) =>
  put<Notifications>(`${ROOT}/switch`, { camera, subject, is_on });

export const pushKey = () => get<{ key: string }>(`${ROOT}/push-key`);
export const addPush = (form: { name: string; endpoint: string; p256dh: string; auth: string }) =>
  post<Channel>(`${ROOT}/push`, form);
export const addApprise = (name: string, url: string) => post<Channel>(`${ROOT}/apprise`, { name, url });
export const addWebhook = (name: string, url: string) => post<AddedWebhook>(`${ROOT}/webhook`, { name, url });
export interface Broker {
  name: string;
  host: string;
  port: number | null;
  user: string;
  password: string;
  tls: boolean;
  ca: string;
}
export const addMqtt = (broker: Broker) => post<Channel>(`${ROOT}/mqtt`, broker);

export const setOn = (channel: string, is_on: boolean) => put<Channel>(one(channel), { is_on });
export const remove = (channel: string) => del<unknown>(one(channel));
export const test = (channel: string) => post<Went>(`${one(channel)}/test`);
