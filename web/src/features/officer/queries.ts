import { get, post, type Result } from '@/api/client';
import type {
  Checked,
  Disclosure,
  Draft,
  EnvelopeJson,
  NetworkInfo,
  Places,
  Policy,
  Prepared,
  RequestDetail,
  RequestSummary,
} from '@/api/network';
import { t } from '@/lib/messages/network';

const one = (id: string) => `/api/requests/${encodeURIComponent(id)}`;

export const network = () => get<NetworkInfo>('/api/network');
export const policy = () => get<Policy>('/api/policy');
export const places = () => get<Places>('/api/places');
export const requests = () => get<RequestSummary[]>('/api/requests');
export const request = (id: string) => get<RequestDetail>(one(id));
export const disclosures = (id: string) => get<Disclosure[]>(`${one(id)}/disclosures`);
export const check = (draft: Draft) => post<Checked>('/api/requests/check', { draft });
export const prepare = (draft: Draft) => post<Prepared>('/api/requests/prepare', { draft });
export const submit = (envelope: EnvelopeJson) => post<RequestDetail>('/api/requests', { envelope });
export const enterOutcome = (id: string, envelope: EnvelopeJson) =>
  post<unknown>(`${one(id)}/outcome`, { envelope });
export const enterOpening = (id: string, envelope: EnvelopeJson) =>
  post<unknown>(`/api/disclosures/${encodeURIComponent(id)}/opening`, { envelope });

/** The sealed package, whole. `progress` hears bytes so far and, where it is known, of how many. */
export async function download(
  id: string,
  progress: (done: number, of: number | undefined) => void,
): Promise<Result<Uint8Array>> {
  try {
    const response = await fetch(`/api/disclosures/${encodeURIComponent(id)}/package.tar`, {
      credentials: 'same-origin',
    });
    if (!response.ok || !response.body) return { kind: 'failed', message: t('failed.server') };
    const of = Number(response.headers.get('Content-Length')) || undefined;
    const parts: Uint8Array[] = [];
    let done = 0;
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      done += part.value.length;
      progress(done, of);
    }
    return { kind: 'success', value: new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()) };
  } catch {
    return { kind: 'failed', message: t('failed.offline') };
  }
}
