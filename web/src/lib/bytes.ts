/** Bytes and the three ways they are written: UTF-8, hex, standard base64. Readers are strict. */

import { sha256 as sha256Noble, sha512 as sha512Noble } from '@noble/hashes/sha2.js';

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class BadBytes extends Error {}

export const utf8 = (text: string): Bytes => encoder.encode(text) as Bytes;

export function fromUtf8(data: Uint8Array): string {
  try {
    return decoder.decode(data);
  } catch {
    throw new BadBytes('these bytes are not UTF-8 text');
  }
}

export function toHex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(text: string): Bytes {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw new BadBytes('this is not hex');
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

export function toBase64(data: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < data.length; start += 0x8000)
    binary += String.fromCharCode(...data.subarray(start, start + 0x8000));
  return btoa(binary);
}

export function fromBase64(text: string): Bytes {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
    throw new BadBytes('this is not base64');
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export function concat(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** SHA-256; WebCrypto where the page is served securely, otherwise the same function in TypeScript. */
export async function sha256(data: Uint8Array): Promise<Bytes> {
  return digest('SHA-256', data, sha256Noble);
}

export async function sha512(data: Uint8Array): Promise<Bytes> {
  return digest('SHA-512', data, sha512Noble);
}

export async function sha256Hex(data: Uint8Array): Promise<string> {
  return toHex(await sha256(data));
}

async function digest(
  name: string,
  data: Uint8Array,
  otherwise: (data: Uint8Array) => Uint8Array,
): Promise<Bytes> {
  if (globalThis.crypto?.subtle) return new Uint8Array(await crypto.subtle.digest(name, data as Bytes));
  return otherwise(data) as Bytes;
}

export function randomBytes(count: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(count));
}
