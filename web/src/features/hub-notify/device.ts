import { addPush, pushKey } from './queries';
import type { Result } from '@/api/client';
import type { Channel } from '@/api/hub';

/**
 * Whether this browser can be told: `insecure` the page came over plain http, `install` an iPhone tells only apps
 * on its home screen, `denied` the owner said no to the browser, `none` it cannot at all.
 */
export type Ability = 'can' | 'insecure' | 'install' | 'denied' | 'none';

const KEY = 'latchstring.push';

export function ability(): Ability {
  if (!window.isSecureContext) return 'insecure';
  if ('PushManager' in window && 'serviceWorker' in navigator && 'Notification' in window)
    return Notification.permission === 'denied' ? 'denied' : 'can';
  return /iPhone|iPad/.test(navigator.userAgent) ? 'install' : 'none';
}

/** The channel that this browser was made, if it was. */
export const own = (): string | null => localStorage.getItem(KEY);
export const forget = (): void => localStorage.removeItem(KEY);

/** Ask the person, then the browser's maker, then tell the hub. Only after a click: browsers insist, and so do we. */
export async function subscribe(): Promise<Result<Channel> | 'denied' | 'unavailable'> {
  if ((await Notification.requestPermission()) !== 'granted') return 'denied';
  const key = await pushKey();
  if (key.kind !== 'success') return key;
  let made: PushSubscriptionJSON;
  try {
    const worker = await navigator.serviceWorker.register('./sw.js');
    await navigator.serviceWorker.ready;
    const before = await worker.pushManager.getSubscription();
    await before?.unsubscribe();
    const subscription = await worker.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: key.value.key,
    });
    made = subscription.toJSON();
  } catch {
    return 'unavailable';
  }
  const result = await addPush({
    name: deviceName(navigator.userAgent),
    endpoint: made.endpoint ?? '',
    p256dh: made.keys?.['p256dh'] ?? '',
    auth: made.keys?.['auth'] ?? '',
  });
  if (result.kind === 'success') localStorage.setItem(KEY, result.value.id);
  return result;
}

export async function unsubscribe(): Promise<void> {
  forget();
  const worker = await navigator.serviceWorker.getRegistration('./');
  const subscription = await worker?.pushManager.getSubscription();
  await subscription?.unsubscribe();
}

const SYSTEMS = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Mac OS/, 'Mac'],
  [/Windows/, 'Windows'],
  [/Linux/, 'Linux'],
] as const;
const BROWSERS = [
  [/Edg/, 'Edge'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/Chrome|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
] as const;

/** `Chrome on Android`, for the list. */
export function deviceName(agent: string): string {
  const system = SYSTEMS.find(([sign]) => sign.test(agent))?.[1];
  const browser = BROWSERS.find(([sign]) => sign.test(agent))?.[1] ?? 'Browser';
  return system ? `${browser} on ${system}` : browser;
}
