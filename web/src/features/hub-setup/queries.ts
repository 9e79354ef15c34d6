import { del, get, post, useCsrf, type Result } from '@/api/client';
import type { Session, SetupAnswer, SetupForm, SetupState } from '@/api/hub';

export const setUp = (form: SetupForm) => post<SetupAnswer>('/api/setup', form);
export const signIn = (password: string, name = '') =>
  keep(post<Session>('/api/session', { password, name }));
export const join = (token: string, password: string) =>
  keep(post<Session>(`/api/invitations/${encodeURIComponent(token)}`, { password }));
export const lookAtInvitation = (token: string) =>
  post<unknown>(`/api/invitations/${encodeURIComponent(token)}/look`);
export const signOut = () => del<unknown>('/api/session');

/** Whether the hub needs an owner, and who is signed in here. */
export async function setupState(): Promise<Result<SetupState>> {
  const result = await get<SetupState>('/api/setup');
  if (result.kind === 'success' && result.value.session) useCsrf(result.value.session.csrf);
  return result;
}

async function keep(answer: Promise<Result<Session>>): Promise<Result<Session>> {
  const result = await answer;
  if (result.kind === 'success') useCsrf(result.value.csrf);
  return result;
}
