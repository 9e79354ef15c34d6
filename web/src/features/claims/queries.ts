import { get } from '@/api/client';
import type { Lesson, WeighedClaim } from '@/api/network';

export interface Claim {
  before: number;
  drop: number;
  controls: number;
  worst_of: number;
  best_of: number;
}

export const weigh = (claim: Claim) =>
  get<WeighedClaim>(
    `/api/claims?${new URLSearchParams(Object.entries(claim).map(([name, n]) => [name, String(n)])).toString()}`,
  );
export const lesson = (first: number, second: number) =>
  get<Lesson>(`/api/lessons/urn?first=${first}&second=${second}`);
