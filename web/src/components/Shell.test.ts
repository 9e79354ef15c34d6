import { createRawSnippet, flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, it } from 'vitest';
import Shell from './Shell.svelte';

const page = createRawSnippet(() => ({ render: () => '<section><h1>Cameras</h1></section>' }));
let shell: Record<string, unknown>;

afterEach(() => void unmount(shell));

/** The title that the window has once its observers have run. */
async function titled(props: { waiting?: number; urgent?: string } = {}): Promise<string> {
  const { waiting = 0, urgent } = props;
  const nav = [{ href: '#/inbox', label: 'Requests', current: false, count: waiting }];
  shell = mount(Shell, { target: document.body, props: { nav, urgent, children: page } });
  flushSync();
  await new Promise((done) => setTimeout(done));
  flushSync();
  return document.title;
}

it('calls the window as the page is called, also once that changes', async () => {
  expect(await titled()).toBe('Cameras · Latchstring');
  const heading = document.querySelector('h1');
  if (heading) heading.textContent = 'Porch';
  await new Promise((done) => setTimeout(done));
  flushSync();
  expect(document.title).toBe('Porch · Latchstring');
});

it('says how many wait, and before that what is urgent', async () => {
  expect(await titled({ waiting: 2 })).toBe('(2) Cameras · Latchstring');
  void unmount(shell);
  expect(document.title).toBe('Latchstring');
  expect(await titled({ waiting: 2, urgent: 'Somebody is at the door' })).toBe(
    'Somebody is at the door · Latchstring',
  );
});
