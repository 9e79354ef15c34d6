import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Hiding, InboxItem } from '@/api/hub';
import RequestPage from './RequestPage.svelte';

const nothing: Hiding = {
  masks: 0,
  faces: false,
  regions: [],
  faces_can_be_found: true,
  state: 'as-recorded',
  progress: 0,
  sha256: null,
  message: null,
};
const clip = (id: string, name: string, hiding = nothing) => ({
  id,
  camera: `cam_${name}`,
  name,
  start: '2026-11-22T21:08:00Z',
  end: '2026-11-22T21:11:00Z',
  size: 1_000_000,
  preview_url: '',
  thumb_url: '',
  hiding,
});
const item: InboxItem = {
  id: 'rq_1',
  state: 'new',
  agency: 'riverside-police',
  officer: 'officer-1',
  offence: 'burglary',
  text: 'A case of burglary is being investigated.',
  window: { start: '2026-11-22T21:00:00Z', end: '2026-11-22T22:00:00Z' },
  created_at: '2026-11-23T08:00:00Z',
  expires_at: '2026-11-28T08:00:00Z',
  received_at: '2026-11-23T08:10:00Z',
  votes: [{ reviewer: 'reviewer-1', verdict: 'for', reason: 'within-the-rules' }],
  clips: [clip('clip-1', 'Porch'), clip('clip-2', 'Drive')],
  shared_clips: [],
  shared_at: null,
  can_undo: false,
  sends_after: null,
  entry: null,
  verified: [{ n: 1, what: 'The request is signed by an enrolled officer' }],
  area: { type: 'Polygon', coordinates: [[]] },
  incident_cell: '89194ad3047ffff',
  checkpoint_size: 12,
  message: null,
};

let page: Record<string, unknown> | undefined;
let calls: [string, unknown][];

async function open(shown: Partial<InboxItem> = {}) {
  calls = [];
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    if (init.method !== 'GET') calls.push([path, init.body ? JSON.parse(init.body as string) : undefined]);
    return Promise.resolve(new Response(JSON.stringify({ ...item, ...shown })));
  });
  page = mount(RequestPage, { target: document.body, props: { id: 'rq_1', onchange: () => undefined } });
  await vi.waitFor(() => {
    flushSync();
    expect(document.querySelector('h1')).not.toBeNull();
  });
}

const words = () => document.body.textContent.replace(/\s+/g, ' ');
const button = (name: string) =>
  [...document.querySelectorAll('button')].find((one) => one.textContent.trim() === name);

afterEach(() => {
  if (page) void unmount(page);
  document.body.innerHTML = '';
  vi.unstubAllGlobals();
});

describe('a request that waits', () => {
  it('says who asks, for what, and why it can be trusted', async () => {
    await open();
    expect(words()).toContain('Riverside Police asks for footage');
    expect(words()).toContain('A case of burglary is being investigated.');
    expect(words()).toContain('The request is signed by an enrolled officer');
    expect(words()).toContain('For reviewer-1 within the rules');
    expect(words()).toContain('Never sent: your address, your name, any other recording.');
  });

  it('shares exactly the clips that are ticked', async () => {
    await open();
    document.querySelector<HTMLInputElement>('input[aria-label="Share the clip of Drive"]')?.click();
    flushSync();
    button('Share this clip')?.click();
    await vi.waitFor(() => expect(calls).toEqual([['/api/inbox/rq_1/share', { clips: ['clip-1'] }]]));
  });

  it('shares nothing when nothing is ticked', async () => {
    await open();
    for (const box of document.querySelectorAll<HTMLInputElement>('input[type=checkbox]')) box.click();
    flushSync();
    expect(button('Tick a clip to share')?.disabled).toBe(true);
    expect(button('Not now')?.disabled).toBe(false);
  });

  it('puts it aside without a word to anybody', async () => {
    await open();
    button('Not now')?.click();
    await vi.waitFor(() => expect(calls).toEqual([['/api/inbox/rq_1/not-now', undefined]]));
  });
});

describe('a request that is answered', () => {
  it('can be taken back while nothing has left', async () => {
    await open({ state: 'sealing', can_undo: true, sends_after: '2026-11-23T08:20:00Z' });
    expect(words()).toContain('Nothing has left yet.');
    button('Take it back')?.click();
    await vi.waitFor(() => expect(calls[0]?.[0]).toBe('/api/inbox/rq_1/undo'));
  });

  it('cannot be taken back once it is in the log', async () => {
    await open({ state: 'shared', shared_clips: ['clip-1'], shared_at: '2026-11-23T08:20:00Z', entry: 41 });
    expect(words()).toContain('1 clip went to Riverside Police, sealed.');
    expect(words()).toContain('Entry 41 of the public log');
    expect(button('Take it back')).toBeUndefined();
    expect(document.querySelector('input[type=checkbox]')).toBeNull();
  });

  it('says that nobody was told when it was put aside', async () => {
    await open({ state: 'not-now', can_undo: true });
    expect(words()).toContain('You put this request aside.');
    expect(words()).toContain('Nobody is told.');
  });
});
