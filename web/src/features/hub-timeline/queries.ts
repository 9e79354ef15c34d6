import { get } from '@/api/client';
import type { Camera, Part } from '@/api/hub';
import type { Stretch } from '@/lib/player';
import { between } from '@/lib/recording';

const one = (camera: string) => `/api/cameras/${encodeURIComponent(camera)}`;

export const cameras = () => get<Camera[]>('/api/cameras');

/** What a download of this time would be: one file for each unbroken part. */
export const parts = (camera: string, during: Stretch) =>
  get<Part[]>(`${one(camera)}/parts?${between(during.start, during.end)}`);

export const downloadUrl = (camera: string, part: Pick<Part, 'start' | 'end'>) =>
  `${one(camera)}/download.mp4?start=${encodeURIComponent(part.start)}&end=${encodeURIComponent(part.end)}`;
