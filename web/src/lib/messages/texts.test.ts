import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hub } from './hub';
import { map } from './map';
import { network } from './network';
import { texts } from './texts';

const t = texts({
  greeting: 'Hello {name}',
  'clips.one': '{n} clip of {agency}',
  'clips.other': '{n} clips of {agency}',
  'reason.too-wide': 'area too wide',
});

describe('texts', () => {
  it('fills in what stands between braces', () => {
    expect(t('greeting', { name: 'Ada' })).toBe('Hello Ada');
  });

  it('counts by the rules of the language', () => {
    expect(t.count('clips', 1, { agency: 'A' })).toBe('1 clip of A');
    expect(t.count('clips', 1200, { agency: 'A' })).toBe('1,200 clips of A');
  });

  it('says a code that it does not know as it is', () => {
    expect(t.code('reason', 'too-wide')).toBe('area too wide');
    expect(t.code('reason', 'not-known-yet')).toBe('not known yet');
  });
});

it.each(Object.entries({ hub, network, map }))('keeps no text that no page says: %s', (_, catalogue) => {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(svelte|ts)$/.test(name) && !name.includes('messages') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join('src', name), 'utf8'))
    .join('\n');
  const stems = [...source.matchAll(/\bt(?:\.count|\.code)?\(\s*[`']([a-z.-]+)/g)].map((m) => m[1] ?? '');
  const literal = [...source.matchAll(/['"`]([a-z][a-z0-9.-]+)['"`]/g)].map((m) => m[1] ?? '');
  const said = (key: string) =>
    literal.includes(key) ||
    stems.some((stem) => (stem.endsWith('.') ? key.startsWith(stem) : key.startsWith(`${stem}.`)));
  expect(Object.keys(catalogue).filter((key) => !said(key))).toEqual([]);
});
