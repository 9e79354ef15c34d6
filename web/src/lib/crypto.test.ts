import { describe, expect, it } from 'vitest';
import { bytesOf, textOf, vectors } from '@/testing/vectors';
import { newCaseKey, open, readCaseKey, writeCaseKey } from './age';
import { fromBase64, fromHex, toBase64, toHex, utf8 } from './bytes';
import { commitment, decode, decodeCanonical, encode, type Json } from './canonical';
import * as dsse from './dsse';
import { fromPem, keyPair, newSeed, sign, toPem, verify } from './ed25519';

interface Signing {
  ed25519: { cases: { seed: string; public_key: string; message: string; signature: string }[] };
  dsse: { payload_type: string; payload: string; pae: string; payload_base64: string };
  canonical: { cases: { given: string; canonical: string }[] };
}
const known = vectors<Signing>('signing');

describe('canonical JSON', () => {
  it.each(known.canonical.cases)('writes $canonical', ({ given, canonical }) => {
    expect(new TextDecoder().decode(encode(JSON.parse(given) as Json))).toBe(canonical);
  });

  it('refuses what is not canonical, so that no name stands twice', () => {
    expect(decodeCanonical(utf8('{"a":1,"b":2}'))).toEqual({ a: 1, b: 2 });
    expect(() => decodeCanonical(utf8('{"a":1,"a":2}'))).toThrow('canonical');
    expect(() => decodeCanonical(utf8('{"b":2,"a":1}'))).toThrow('canonical');
    expect(() => decode('[1]')).toThrow('not an object');
    expect(() => encode(NaN)).toThrow('not JSON');
    expect(() => encode('\ud800')).toThrow('surrogate');
  });

  it('commits with a salt of 32 bytes only', async () => {
    expect(await commitment(new Uint8Array(32), utf8('case 1'))).toMatch(/^[0-9a-f]{64}$/);
    await expect(commitment(new Uint8Array(31), utf8('case 1'))).rejects.toThrow('32 bytes');
  });
});

describe('bytes', () => {
  it('reads back what it writes, and nothing else', () => {
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(fromBase64(toBase64(data))).toEqual(data);
    expect(fromHex(toHex(data))).toEqual(data);
    for (const bad of ['a', 'ab=c', 'ab c', 'abcde', '====']) expect(() => fromBase64(bad)).toThrow('base64');
    for (const bad of ['0', 'zz', 'AB']) expect(() => fromHex(bad)).toThrow('hex');
  });
});

describe('Ed25519', () => {
  it.each(known.ed25519.cases)('signs as RFC 8032 says: $public_key', async (one) => {
    const pair = await keyPair(fromHex(one.seed));
    const message = fromHex(one.message);
    expect(toHex(pair.publicKey)).toBe(one.public_key);
    expect(toHex(await sign(pair.privateKey, message))).toBe(one.signature);
    expect(toHex(await sign(fromHex(one.seed), message))).toBe(one.signature);
    expect(verify(pair.publicKey, fromHex(one.signature), message)).toBe(true);
    expect(verify(pair.publicKey, fromHex(one.signature), utf8('other'))).toBe(false);
  });

  it('keeps a key that cannot be read out again', async () => {
    const { privateKey } = await keyPair(newSeed());
    expect(privateKey).toBeInstanceOf(CryptoKey);
    await expect(crypto.subtle.exportKey('pkcs8', privateKey as CryptoKey)).rejects.toThrow();
  });

  it('writes a backup that it can read, and refuses others', () => {
    const seed = newSeed();
    expect(fromPem(toPem(seed))).toEqual(seed);
    expect(() => fromPem('hello')).toThrow('no private key');
    expect(() => fromPem(toPem(seed).replace('MC4', 'MC5'))).toThrow('not an Ed25519 key');
  });
});

describe('DSSE', () => {
  it('encodes what is signed as the standard says', () => {
    const { payload, payload_type, pae } = known.dsse;
    expect(new TextDecoder().decode(dsse.preAuthenticationEncoding(payload_type, utf8(payload)))).toBe(pae);
  });

  it('gives the payload only when type, key and signature fit', async () => {
    const [pair, other] = [await keyPair(newSeed()), await keyPair(newSeed())];
    const envelope = await dsse.sign(utf8('{}'), dsse.VOTE, pair);
    const again = dsse.fromJson(JSON.parse(JSON.stringify(dsse.toJson(envelope))));
    expect(await dsse.verify(again, pair.publicKey, dsse.VOTE)).toEqual(utf8('{}'));
    await expect(dsse.verify(envelope, pair.publicKey, dsse.REQUEST)).rejects.toThrow('not a');
    await expect(dsse.verify(envelope, other.publicKey, dsse.VOTE)).rejects.toThrow('another key');
    const changed = { ...envelope, payload: utf8('{ }') };
    await expect(dsse.verify(changed, pair.publicKey, dsse.VOTE)).rejects.toThrow('does not fit');
    expect(() => dsse.fromJson({ payload: '', payloadType: '', signatures: [] })).toThrow('one signature');
  });
});

describe('case keys', () => {
  it('are written as age writes them, and read back', async () => {
    const key = await newCaseKey();
    expect(await readCaseKey(writeCaseKey(key, '2026-01-15T12:00:00Z'))).toEqual(key);
    await expect(readCaseKey('hello')).rejects.toThrow('not a case key');
    await expect(readCaseKey(key.identity.slice(0, -1))).rejects.toThrow('damaged');
  });

  it('open what the Python side sealed, or nothing', async () => {
    const { identity } = await readCaseKey(textOf('package/case-key.txt'));
    const sealed = bytesOf('package/outer/data/sealed.age');
    const heard: number[] = [];
    const plaintext = await open(sealed, identity, (bytes) => heard.push(bytes));
    expect(heard.at(-1)).toBe(plaintext.length);
    await expect(open(sealed, (await newCaseKey()).identity)).rejects.toThrow('does not fit');
    await expect(open(sealed.slice(0, -20), identity)).rejects.toThrow('cut short');
    await expect(open(utf8('hello'), identity)).rejects.toThrow('not an age file');
    const flipped = sealed.slice();
    flipped[flipped.length - 30] = (flipped.at(-30) ?? 0) ^ 1;
    await expect(open(flipped, identity)).rejects.toThrow('changed');
  });
});
