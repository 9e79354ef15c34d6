import { get, post } from '@/api/client';
import type { EnvelopeJson, Places, Policy, Review } from '@/api/network';

const one = (id: string) => `/api/review/${encodeURIComponent(id)}`;

export const queue = () => get<Review[]>('/api/review');
export const done = () => get<Review[]>('/api/review/done');
export const review = (id: string) => get<Review>(one(id));
export const vote = (id: string, envelope: EnvelopeJson) => post<unknown>(`${one(id)}/vote`, { envelope });
export const policy = () => get<Policy>('/api/policy');
export const places = () => get<Places>('/api/places');
