import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync('src/styles/tokens.css', 'utf8');
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');

function colours(...parts: string[]): Record<string, string> {
  const found = parts.flatMap((part) => [...part.matchAll(/--([a-z-]+):\s*(#[0-9a-f]{6})/g)]);
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]));
}

/** Relative luminance and contrast ratio (WCAG 2.2). */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dim = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dim + 0.05);
}

const TEXT: [string, string][] = [
  ...['paper', 'sheet', 'well'].flatMap((ground): [string, string][] => [
    ['ink', ground],
    ['ink-soft', ground],
  ]),
  ['paper', 'ink'],
  ['verified', 'paper'],
  ['verified', 'sheet'],
  ['verified', 'verified-soft'],
  ['sheet', 'verified'],
  ['danger', 'paper'],
  ['danger', 'sheet'],
  ['danger', 'danger-soft'],
  ['on-danger', 'danger'],
  ['on-lamp', 'lamp'],
  ['on-lamp', 'lamp-hover'],
  ['lamp-ink', 'lamp-soft'],
  ['ink', 'lamp-soft'],
];
const OUTLINES: [string, string][] = ['paper', 'sheet', 'well'].map((ground) => ['edge', ground]);

describe.each([
  ['light', colours(light)],
  ['dark', colours(light, dark)],
])('in the %s', (_, colour) => {
  const ratio = ([a, b]: [string, string]) => contrast(colour[a] ?? '', colour[b] ?? '');

  it('text stands out by at least 4.5 to 1', () => {
    expect(TEXT.filter((pair) => !(ratio(pair) >= 4.5)).map((pair) => [...pair, ratio(pair)])).toEqual([]);
  });

  it('outlines of controls stand out by at least 3 to 1', () => {
    expect(OUTLINES.filter((pair) => !(ratio(pair) >= 3)).map((pair) => [...pair, ratio(pair)])).toEqual([]);
  });
});
