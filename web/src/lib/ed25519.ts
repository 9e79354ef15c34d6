/** Ed25519 (RFC 8032): WebCrypto where the browser has it, the noble library otherwise. */

import { ed25519 } from '@noble/curves/ed25519.js';
import { concat, fromBase64, fromHex, fromUtf8, randomBytes, sha256Hex, toBase64, type Bytes } from './bytes';

/** A private key: one that the browser will use but not show, or its seed where it cannot hold one. */
export type PrivateKey = CryptoKey | Bytes;

export interface KeyPair {
  publicKey: Bytes;
  privateKey: PrivateKey;
}

export class BadKey extends Error {}

/** PKCS #8 (RFC 8410) of an Ed25519 key is this prefix and the 32-byte seed. */
const PKCS8 = fromHex('302e020100300506032b657004220420');

export const newSeed = (): Bytes => randomBytes(32);

/** The key made from `seed`; where the browser allows it, nobody can read it out again. */
export async function keyPair(seed: Bytes): Promise<KeyPair> {
  if (seed.length !== 32) throw new BadKey('an Ed25519 seed has 32 bytes');
  const publicKey = ed25519.getPublicKey(seed) as Bytes;
  try {
    const key = await crypto.subtle.importKey('pkcs8', concat(PKCS8, seed), 'Ed25519', false, ['sign']);
    return { publicKey, privateKey: key };
  } catch {
    return { publicKey, privateKey: seed };
  }
}

export async function sign(key: PrivateKey, message: Uint8Array): Promise<Bytes> {
  if (key instanceof Uint8Array) return ed25519.sign(message, key) as Bytes;
  return new Uint8Array(await crypto.subtle.sign('Ed25519', key, message as Bytes));
}

/** Strict: small-order keys and unreduced signatures are refused, as OpenSSL does. */
export function verify(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** SHA-256 of the raw key in hex: how the ledger and envelopes name it. */
export const fingerprint = (publicKey: Uint8Array): Promise<string> => sha256Hex(publicKey);

/** The private key as PEM, readable by OpenSSL and by Python's cryptography. */
export function toPem(seed: Bytes): string {
  return `-----BEGIN PRIVATE KEY-----\n${toBase64(concat(PKCS8, seed))}\n-----END PRIVATE KEY-----\n`;
}

export function fromPem(file: string | Uint8Array): Bytes {
  const pem = typeof file === 'string' ? file : fromUtf8(file);
  const body = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(pem)?.[1];
  if (!body) throw new BadKey('this file holds no private key; it should start with BEGIN PRIVATE KEY');
  let der: Bytes;
  try {
    der = fromBase64(body.replace(/\s/g, ''));
  } catch {
    throw new BadKey('this key file is damaged');
  }
  const prefix = toBase64(der.subarray(0, PKCS8.length));
  if (der.length !== PKCS8.length + 32 || prefix !== toBase64(PKCS8))
    throw new BadKey('this is not an Ed25519 key');
  return der.slice(PKCS8.length);
}

/** A short form for people to compare: the fingerprint's first 16 digits in fours. */
export const short = (hex: string): string => (hex.slice(0, 16).match(/.{4}/g) ?? []).join(' ');

export function publicKeyFrom(text: string): Bytes {
  const key = fromBase64(text);
  if (key.length !== 32) throw new BadKey('an Ed25519 public key has 32 bytes');
  return key;
}
