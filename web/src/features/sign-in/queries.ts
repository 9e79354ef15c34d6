import { del, get, post, useCsrf, type Result } from '@/api/client';
import type { NetworkInfo, Session } from '@/api/network';

export const session = () => keep(get<Session>('/api/session'));
export const signIn = (name: string, password: string) =>
  keep(post<Session>('/api/session', { name, password }));
export const signOut = () => del<unknown>('/api/session');
export const changePassword = (old: string, chosen: string) =>
  post<unknown>('/api/session/password', { old, new: chosen });
export const enrolKey = (publicKey: string) => post<unknown>('/api/session/key', { public_key: publicKey });
export const network = () => get<NetworkInfo>('/api/network');

async function keep(answer: Promise<Result<Session>>): Promise<Result<Session>> {
  const result = await answer;
  if (result.kind === 'success') useCsrf(result.value.csrf);
  return result;
}
