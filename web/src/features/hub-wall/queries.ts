import { get } from '@/api/client';
import type { Camera } from '@/api/hub';

export const cameras = () => get<Camera[]>('/api/cameras');
