import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Result } from '@/api/client';
import { PATIENCE_MS, resource, type Resource } from './resource.svelte';

const EVERY_MS = 3_000;

let asked: { of: string; answer: (result: Result<string>) => void }[];
let of = $state('porch');
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  of = 'porch';
});
afterEach(() => {
  end();
  vi.useRealTimers();
});

function open(everyMs?: number): Resource<string> {
  let opened: Resource<string> | undefined;
  end = $effect.root(() => {
    opened = resource(() => new Promise((answer) => asked.push({ of, answer })), everyMs);
  });
  flushSync();
  return opened as unknown as Resource<string>;
}

async function answer(nth: number, value: string) {
  asked[nth]?.answer({ kind: 'success', value });
  await vi.advanceTimersByTimeAsync(0);
}

it('shows an answer that took longer than the next one is due, and asks again after it', async () => {
  const shown = open(EVERY_MS);
  await vi.advanceTimersByTimeAsync(3 * EVERY_MS);
  expect(asked).toHaveLength(1);
  await answer(0, 'slow');
  expect(shown.value).toBe('slow');
  await vi.advanceTimersByTimeAsync(EVERY_MS - 1);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toHaveLength(2);
});

it('does not wait for ever, and takes what comes until there is something newer', async () => {
  const shown = open(EVERY_MS);
  await vi.advanceTimersByTimeAsync(2 * (EVERY_MS + PATIENCE_MS));
  expect(asked).toHaveLength(3);
  await answer(1, 'second');
  expect(shown.value).toBe('second');
  await answer(0, 'first');
  expect(shown.value).toBe('second');
  await answer(2, 'third');
  expect(shown.value).toBe('third');
});

it('drops what was asked before its question changed, before it was set, and after its end', async () => {
  const shown = open();
  of = 'garden';
  flushSync();
  await answer(0, 'of the porch');
  expect(shown.value).toBeUndefined();
  await answer(1, 'of the garden');
  expect(shown.value).toBe('of the garden');
  void shown.reload();
  shown.set('changed here');
  await answer(2, 'as it was before');
  expect(shown.value).toBe('changed here');
  void shown.reload();
  end();
  await answer(3, 'too late');
  expect(shown.value).toBe('changed here');
  expect(asked.map((one) => one.of)).toEqual(['porch', 'garden', 'garden', 'garden']);
});

it('asks nothing while nobody looks, nor after its end', async () => {
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  open(EVERY_MS);
  await answer(0, 'first');
  await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
  expect(asked).toHaveLength(1);
  hidden.mockRestore();
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(asked).toHaveLength(2);
  end();
  await answer(1, 'second');
  await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
  expect(asked).toHaveLength(2);
});
