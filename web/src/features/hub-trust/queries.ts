import { get } from '@/api/client';
import type { Trust } from '@/api/hub';

/** Null: this hub has no certificate authority of its own. */
export const trust = () => get<Trust | null>('/api/trust');

/** Whether this browser opens the hub by https without a complaint. */
export async function isTrusted(secure: string): Promise<boolean> {
  if (location.origin === new URL(secure).origin) return window.isSecureContext;
  try {
    await fetch(new URL('healthz', secure), { mode: 'no-cors', cache: 'no-store' });
    return true;
  } catch {
    return false;
  }
}
