import { get, type Result } from '@/api/client';
import type { LogPage, NetworkInfo } from '@/api/network';
import { t } from '@/lib/messages/network';

export const PAGE = 50;

export const network = () => get<NetworkInfo>('/api/network');
/** The newest entries below `before`; without it, the newest of all. */
export const entries = (before?: number) =>
  get<LogPage>(`/api/log?limit=${PAGE}${before === undefined ? '' : `&before=${before}`}`);

/** The entry's offline proof, c2sp.org/tlog-proof@v1. */
export async function proof(index: number): Promise<Result<string>> {
  try {
    const response = await fetch(`/api/log/${index}/proof`, { credentials: 'omit' });
    if (response.ok) return { kind: 'success', value: await response.text() };
    return { kind: 'failed', message: t('failed.server') };
  } catch {
    return { kind: 'failed', message: t('failed.offline') };
  }
}
