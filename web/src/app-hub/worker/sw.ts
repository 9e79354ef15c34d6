/** Shows what the hub tells, while no page of it is open, and leads to it when it is tapped. */
declare const self: ServiceWorkerGlobalScope;

/** As `hub/notify/push.py` writes it. */
interface Told {
  id: string;
  subject: string;
  at: string;
  title: string;
  body: string;
  /** A page of the hub, from # on. */
  link: string;
  /** JPEG, in base64. */
  picture?: string;
}

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  const told = event.data?.json() as Told;
  event.waitUntil(show(told));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { link } = event.notification.data as { link: string };
  event.waitUntil(open(new URL(link, self.registration.scope).href));
});

/** The same thing told twice has the same tag, and is seen once. */
async function show(told: Told): Promise<void> {
  const options: NotificationOptions & { image?: string; timestamp?: number } = {
    body: told.body,
    tag: told.id,
    icon: './icons/192.png',
    badge: './icons/badge.png',
    timestamp: Date.parse(told.at),
    requireInteraction: told.subject === 'press',
    data: { link: told.link },
  };
  if (told.picture) options.image = `data:image/jpeg;base64,${told.picture}`;
  await self.registration.showNotification(told.title, options);
}

/** In the hub's page that is there already, or else in a new one. */
async function open(address: string): Promise<void> {
  const [page] = await self.clients.matchAll({ type: 'window' });
  if (!page) {
    await self.clients.openWindow(address);
    return;
  }
  await page.focus();
  await page.navigate(address);
}

export {};
