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
    await vi.waitFor(() =>
      expect(calls).toEqual([['/api/inbox/rq_1/share', { clips: ['clip-1'], seen: {} }]]),
    );
  });

  it('shares nothing when nothing is ticked', async () => {
    await open();
    for (const box of document.querySelectorAll<HTMLInputElement>('input[type=checkbox]')) box.click();
    flushSync();
    expect(button('Tick a clip to share')?.disabled).toBe(true);
    expect(button('Not now')?.disabled).toBe(false);
  });

  it('prepares a clip with something hidden before it can be shared', async () => {
    const masked = { ...nothing, masks: 1, state: 'unprepared' as const };
    await open({ clips: [clip('clip-1', 'Porch', masked), clip('clip-2', 'Drive')] });
    expect(words()).toContain('Painted over: 1 privacy mask.');
    expect(button('Share these 2 clips')).toBeUndefined();
    button('Prepare this clip')?.click();
    await vi.waitFor(() => expect(calls).toEqual([['/api/inbox/rq_1/clips/clip-1/prepare', undefined]]));
  });

  it('shares a prepared clip by what was looked at', async () => {
    const ready = { ...nothing, faces: true, state: 'ready' as const, sha256: 'ab12' };
    await open({ clips: [clip('clip-1', 'Porch', ready)] });
    expect(words()).toContain('Painted over: faces that are found.');
    expect(button('As it leaves')?.getAttribute('aria-pressed')).toBe('true');
    button('Share this clip')?.click();
    const agreed = { clips: ['clip-1'], seen: { 'clip-1': 'ab12' } };
    await vi.waitFor(() => expect(calls).toEqual([['/api/inbox/rq_1/share', agreed]]));
  });

  it('waits while a clip is being prepared, and can stop it', async () => {
    const working = { ...nothing, masks: 2, state: 'working' as const, progress: 0.4 };
    await open({ clips: [clip('clip-1', 'Porch', working)] });
    expect(button('Preparing …')?.disabled).toBe(true);
    expect(document.querySelector('progress')?.value).toBe(0.4);
    button('Stop')?.click();
    await vi.waitFor(() => expect(calls[0]?.[0]).toBe('/api/inbox/rq_1/clips/clip-1/prepare'));
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
