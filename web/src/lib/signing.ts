/** Sign a statement with the key that this browser keeps for an account. */

import type { JsonObject } from './canonical';
import { signStatement, type EnvelopeJson } from './dsse';
import * as dsse from './dsse';
import type { KeyPair } from './ed25519';
import { KeyStore } from './keystore';
import { utf8 } from './bytes';

export class NoSigningKey extends Error {}

async function keyOf(account: string): Promise<KeyPair> {
  const store = await KeyStore.of(account);
  try {
    const key = await store.signingKey();
    if (!key)
      throw new NoSigningKey(
        'Your signing key is not in this browser; bring its backup file under “Your key”.',
      );
    return key;
  } finally {
    store.close();
  }
}

export async function signFor(
  account: string,
  statement: JsonObject,
  payloadType: string,
): Promise<EnvelopeJson> {
  return signStatement(statement, payloadType, await keyOf(account));
}

/** Sign text exactly as it stands. */
export async function signTextFor(account: string, text: string, payloadType: string): Promise<EnvelopeJson> {
  return dsse.toJson(await dsse.sign(utf8(text), payloadType, await keyOf(account)));
}

/** Now, as statements write it. */
export const nowText = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
