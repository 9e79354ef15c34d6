/** Opens a sealed file off the page's thread, so that the page stays awake. */

import { open } from './age';

export type Heard = { opened: number } | { plaintext: Uint8Array } | { refused: string };

const say = (message: Heard, transfer: Transferable[] = []) => self.postMessage(message, { transfer });

self.onmessage = async (asked: MessageEvent<{ sealed: Uint8Array; identity: string }>) => {
  try {
    const { sealed, identity } = asked.data;
    const plaintext = await open(sealed, identity, (opened) => say({ opened }));
    say({ plaintext }, [plaintext.buffer]);
  } catch (e) {
    say({ refused: e instanceof Error ? e.message : String(e) });
  }
};
