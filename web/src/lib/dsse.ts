/** DSSE envelopes (secure-systems-lab/dsse, protocol v1.0.2) with one signature: bytes are signed, never objects. */

import { concat, fromBase64, toBase64, utf8, type Bytes } from './bytes';
import { decode, encode, isObject, type JsonObject } from './canonical';
import { fingerprint, sign as signBytes, verify as verifyBytes, type KeyPair } from './ed25519';

export const REQUEST = 'application/vnd.latchstring.request+json; v=1';
export const VOTE = 'application/vnd.latchstring.vote+json; v=1';
export const OPENING = 'application/vnd.latchstring.opening+json; v=1';
export const OUTCOME = 'application/vnd.latchstring.outcome+json; v=1';
export const RECEIPT = 'application/vnd.latchstring.receipt+json; v=1';
export const DISCLOSURE = 'application/vnd.latchstring.disclosure+json; v=1';

export interface Envelope {
  payload: Bytes;
  payloadType: string;
  keyid: string;
  signature: Bytes;
}

/** How an envelope is written in JSON. */
export interface EnvelopeJson {
  payload: string;
  payloadType: string;
  signatures: { keyid: string; sig: string }[];
}

export class BadEnvelope extends Error {}

/** DSSE's pre-authentication encoding: what is really signed. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Bytes {
  const kind = utf8(payloadType);
  return concat(utf8(`DSSEv1 ${kind.length} `), kind, utf8(` ${payload.length} `), payload);
}

export async function sign(payload: Bytes, payloadType: string, key: KeyPair): Promise<Envelope> {
  const signature = await signBytes(key.privateKey, preAuthenticationEncoding(payloadType, payload));
  return { payload, payloadType, keyid: await fingerprint(key.publicKey), signature };
}

/** The payload, once type, key and signature fit. */
export async function verify(envelope: Envelope, publicKey: Uint8Array, payloadType: string): Promise<Bytes> {
  if (envelope.payloadType !== payloadType)
    throw new BadEnvelope(`the signed thing is a ${envelope.payloadType}, not a ${payloadType}`);
  if (envelope.keyid !== (await fingerprint(publicKey)))
    throw new BadEnvelope('the envelope names another key');
  const signed = preAuthenticationEncoding(payloadType, envelope.payload);
  if (!verifyBytes(publicKey, envelope.signature, signed))
    throw new BadEnvelope('the signature does not fit the key and the bytes');
  return envelope.payload;
}

export function toJson(envelope: Envelope): EnvelopeJson {
  return {
    payload: toBase64(envelope.payload),
    payloadType: envelope.payloadType,
    signatures: [{ keyid: envelope.keyid, sig: toBase64(envelope.signature) }],
  };
}

export function fromJson(value: unknown): Envelope {
  if (isObject(value) && Array.isArray(value.signatures) && value.signatures.length === 1) {
    const [signature] = value.signatures;
    if (isObject(signature)) {
      const { payload, payloadType } = value;
      const { keyid, sig } = signature;
      if ([payload, payloadType, keyid, sig].every((part) => typeof part === 'string'))
        return {
          payload: fromBase64(payload as string),
          payloadType: payloadType as string,
          keyid: keyid as string,
          signature: fromBase64(sig as string),
        };
    }
  }
  throw new BadEnvelope('this is not a DSSE envelope with one signature');
}

/** Sign a statement written as canonical JSON. */
export async function signStatement(
  statement: JsonObject,
  payloadType: string,
  key: KeyPair,
): Promise<EnvelopeJson> {
  return toJson(await sign(encode(statement), payloadType, key));
}

export const readEnvelope = (data: Uint8Array): Envelope => fromJson(decode(data));
