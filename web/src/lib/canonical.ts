/** Canonical JSON (RFC 8785), commitments, and a reader that refuses what the Python side refuses. */

import { concat, fromUtf8, sha256, sha256Hex, utf8, type Bytes } from './bytes';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export class BadJson extends Error {}

const LONE_SURROGATE = /\p{Cs}/u;

/** `value` as canonical JSON: names sorted by UTF-16 units, numbers as ECMAScript writes them. */
export function encode(value: Json): Bytes {
  return utf8(write(value));
}

function write(value: Json): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new BadJson('NaN and infinities are not JSON');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (LONE_SURROGATE.test(value)) throw new BadJson('half of a surrogate pair is not text');
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'boolean') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object') throw new BadJson('this value has no form in JSON');
  const members = Object.keys(value)
    .sort()
    .map((name) => `${write(name)}:${write(value[name] as Json)}`);
  return `{${members.join(',')}}`;
}

/** Read one JSON object. */
export function decode(data: Uint8Array | string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(typeof data === 'string' ? data : fromUtf8(data));
  } catch {
    throw new BadJson('this is not JSON');
  }
  if (!isObject(value)) throw new BadJson('this is JSON, but not an object');
  return value;
}

/** Read one JSON object that must already be in canonical form, so that no name can stand twice. */
export function decodeCanonical(data: Uint8Array): JsonObject {
  const text = fromUtf8(data);
  const value = decode(text);
  if (write(value) !== text) throw new BadJson('this is not canonical JSON');
  return value;
}

/** SHA-256 over a 32-byte salt and the value's SHA-256, in hex. */
export async function commitment(salt: Uint8Array, value: Uint8Array): Promise<string> {
  if (salt.length !== 32) throw new BadJson("a commitment's salt has 32 bytes");
  return sha256Hex(concat(salt, await sha256(value)));
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text under `name`; anything else is refused. */
export function text(value: JsonObject, name: string): string {
  const found = value[name];
  if (typeof found !== 'string') throw new BadJson(`“${name}” must be text`);
  return found;
}

/** The object under `name`; anything else is refused. */
export function object(value: JsonObject, name: string): JsonObject {
  const found = value[name];
  if (!isObject(found)) throw new BadJson(`“${name}” must be an object`);
  return found;
}
