import { expect, it } from 'vitest';
import { Glimpses } from './glimpses';

it('leaves out what was passed while a picture came', async () => {
  const asked: string[] = [];
  const shown: (string | undefined)[] = [];
  let arrive: (() => void) | undefined;
  const glimpses = new Glimpses(
    (address) => {
      asked.push(address);
      return new Promise((done) => (arrive = () => done(address !== 'gone')));
    },
    (address) => shown.push(address),
  );
  glimpses.want('first');
  glimpses.want('passed');
  glimpses.want('gone');
  arrive?.();
  await Promise.resolve();
  await Promise.resolve();
  arrive?.();
  await new Promise((done) => setTimeout(done));
  expect(asked).toEqual(['first', 'gone']);
  expect(shown).toEqual(['first', undefined]);
});
