import { t } from '@/lib/messages/common';

export interface Success<T> {
  kind: 'success';
  value: T;
}
/** The server understood and said no; `message` is for people, `code` for programs. */
export interface Refused {
  kind: 'refused';
  status: number;
  code: string;
  message: string;
  details: Record<string, unknown>;
}
/** No usable answer. Trying again may help. */
export interface Failed {
  kind: 'failed';
  message: string;
}
export type Result<T> = Success<T> | Refused | Failed;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

let csrf = '';
let signedOut: () => void = () => undefined;

/** The token from `GET /api/session`; every call that changes something carries it. */
export function useCsrf(token: string): void {
  csrf = token;
}

/** What to do when the server says that nobody is signed in (any more). */
export function onSignedOut(act: () => void): void {
  signedOut = act;
}

export const get = <T>(path: string) => call<T>('GET', path);
export const post = <T>(path: string, body?: unknown) => call<T>('POST', path, body);
export const put = <T>(path: string, body?: unknown) => call<T>('PUT', path, body);
export const del = <T>(path: string) => call<T>('DELETE', path);

export async function call<T>(method: Method, path: string, body?: unknown): Promise<Result<T>> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const isFile = body instanceof Blob;
  if (isFile) headers['Content-Type'] = body.type || 'application/octet-stream';
  else if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['X-CSRF-Token'] = csrf;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
    });
  } catch {
    return { kind: 'failed', message: t('failed.offline') };
  }
  return read<T>(response, path);
}

async function read<T>(response: Response, path: string): Promise<Result<T>> {
  let value: unknown;
  try {
    const text = await response.text();
    value = text === '' ? undefined : JSON.parse(text);
  } catch {
    return { kind: 'failed', message: t(response.ok ? 'failed.broken' : 'failed.server') };
  }
  if (response.ok) return { kind: 'success', value: value as T };
  if (response.status >= 500 && response.status !== 503)
    return { kind: 'failed', message: t('failed.server') };
  if (response.status === 401 && !path.startsWith('/api/session')) signedOut();
  const { error, message, details } = (value ?? {}) as Partial<Record<string, unknown>>;
  return {
    kind: 'refused',
    status: response.status,
    code: typeof error === 'string' ? error : 'unknown',
    message: typeof message === 'string' ? message : t('failed.server'),
    details: typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : {},
  };
}
