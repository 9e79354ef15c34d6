/** `open` of age.ts, run in a worker. */

import { CannotOpen } from './age';
import type { Heard } from './age.worker';

export function openInWorker(
  sealed: Uint8Array,
  identity: string,
  progress: (bytes: number) => void = () => {},
): Promise<Uint8Array> {
  const worker = new Worker(new URL('./age.worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Uint8Array>((resolve, reject) => {
    worker.onerror = () => reject(new CannotOpen('the browser could not start the part that opens packages'));
    worker.onmessage = (heard: MessageEvent<Heard>) => {
      if ('opened' in heard.data) progress(heard.data.opened);
      else if ('plaintext' in heard.data) resolve(heard.data.plaintext);
      else reject(new CannotOpen(heard.data.refused));
    };
    worker.postMessage({ sealed, identity });
  }).finally(() => worker.terminate());
}
