import { get, post } from '@/api/client';
import type { CheckedPlan, Places, StudyDetail, StudyPlan, StudySummary } from '@/api/network';
import { sha256Hex } from '@/lib/bytes';

const path = (id: string) => `/api/studies/${encodeURIComponent(id)}`;

export const places = () => get<Places>('/api/places');
export const studies = () => get<StudySummary[]>('/api/studies');
export const study = (id: string) => get<StudyDetail>(path(id));
export const check = (plan: StudyPlan) => post<CheckedPlan>('/api/studies/check', { plan });
export const lock = (plan: StudyPlan) => post<StudyDetail>('/api/studies', { plan });
/** Read the outcome, once; the plan is sent along, so that a page with another one is refused. */
export const read = (id: string, plan: StudyPlan, table: string) =>
  post<StudyDetail>(`${path(id)}/outcome`, { plan, table });

/** Whether the published plan is the one whose hash was told. */
export async function planFits(id: string, digest: string): Promise<boolean> {
  const answer = await fetch(`${path(id)}/plan.json`, { credentials: 'omit' });
  return answer.ok && (await sha256Hex(new Uint8Array(await answer.arrayBuffer()))) === digest;
}
