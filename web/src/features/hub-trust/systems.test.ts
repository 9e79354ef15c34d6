import { describe, expect, it } from 'vitest';
import { hub } from '@/lib/messages/hub';
import { system, systems } from './systems';

describe('how a device is told to trust the hub', () => {
  it.each([
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1',
      false,
      'iphone',
    ],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15', true, 'iphone'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15', false, 'mac'],
    ['Mozilla/5.0 (Linux; Android 15) Chrome/131.0.0.0 Mobile Safari/537.36', true, 'android'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0 Safari/537.36', false, 'windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0', false, 'firefox'],
    ['Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0.0.0 Safari/537.36', false, 'linux'],
  ] as const)('%s', (agent, touched, expected) => {
    expect(system(agent, touched)).toBe(expected);
  });

  it('has a text for each of its steps', () => {
    for (const [name, { steps }] of Object.entries(systems))
      for (let n = 1; n <= steps; n++) expect(hub).toHaveProperty([`trust.${name}.${String(n)}`]);
  });
});
