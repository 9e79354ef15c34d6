import { expect, it } from 'vitest';
import type { Result } from '@/api/client';
import type { Part } from '@/api/hub';
import type { Stretch } from '@/lib/player';
import { byDay } from './pieces';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-20T06:00:00Z');

const file = (end: string): Part => ({ start: '', end, size_bytes: 1, is_masked: false });

async function all(during: Stretch, answers: Result<Part[]>[]) {
  const asked: [number, number][] = [];
  const given: string[] = [];
  const ask = (day: Stretch): Promise<Result<Part[]>> => {
    asked.push([(day.start - START) / HOUR, (day.end - START) / HOUR]);
    return Promise.resolve(answers[asked.length - 1] ?? { kind: 'success', value: [] });
  };
  for await (const answer of byDay(ask, during)) given.push(answer.kind);
  return { asked, given };
}

it('asks for two and a half days in three steps', async () => {
  const { asked } = await all({ start: START, end: START + 60 * HOUR }, []);
  expect(asked).toEqual([
    [0, 24],
    [24, 48],
    [48, 60],
  ]);
});

it('begins a day behind the last picture of the day before', async () => {
  const first: Result<Part[]> = { kind: 'success', value: [file('2026-11-21T06:00:01.5004Z')] };
  const { asked } = await all({ start: START, end: START + 30 * HOUR }, [first]);
  expect(asked[1]?.[0]).toBe(24 + 1501 / HOUR);
});

it('ends with the first answer that is none', async () => {
  const { asked, given } = await all({ start: START, end: START + 60 * HOUR }, [
    { kind: 'failed', message: 'Nobody answers.' },
  ]);
  expect([asked.length, given]).toEqual([1, ['failed']]);
});
