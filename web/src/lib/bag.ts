/** Check a BagIt 1.0 bag (RFC 8493): every file is listed, is there and fits its digests. */

import { fromUtf8, sha256, sha512, toHex } from './bytes';

export class BadBag extends Error {}

export type Files = Map<string, Uint8Array>;

export interface Digest {
  size: number;
  sha256: string;
  sha512: string;
}

const DECLARATION = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';
const TAG_MANIFEST = 'tagmanifest-sha512.txt';
const SAFE = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)*[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/** Each file's digest, once the bag holds. `progress` hears a number from 0 to 1. */
export async function checkBag(
  files: Files,
  progress: (part: number) => void = () => undefined,
): Promise<Map<string, Digest>> {
  const names = [...files.keys()];
  for (const name of names) if (!SAFE.test(name)) throw new BadBag(`“${name}” is not a plain name`);
  if (fromUtf8(need(files, 'bagit.txt')) !== DECLARATION)
    throw new BadBag('bagit.txt does not declare BagIt 1.0');
  const payload = names.filter((name) => name.startsWith('data/'));
  const tags = names.filter((name) => !name.startsWith('data/') && name !== TAG_MANIFEST);
  const listings = [
    { of: tags, manifest: TAG_MANIFEST, kind: 'sha512' as const },
    { of: payload, manifest: 'manifest-sha512.txt', kind: 'sha512' as const },
    { of: payload, manifest: 'manifest-sha256.txt', kind: 'sha256' as const },
  ];
  const digests = new Map<string, Digest>();
  for (const [done, name] of names.entries()) {
    progress(done / names.length);
    digests.set(name, await digestOf(need(files, name)));
  }
  for (const { of, manifest, kind } of listings) {
    const listed = readManifest(files, manifest, kind === 'sha512' ? 128 : 64);
    for (const name of listed.keys()) if (!files.has(name)) throw new BadBag(`${name} is missing`);
    for (const name of of) {
      if (!listed.has(name)) throw new BadBag(`${name} is not listed in ${manifest}`);
      if (digests.get(name)?.[kind] !== listed.get(name))
        throw new BadBag(`${name} is not the file that ${manifest} lists`);
    }
    if (listed.size !== of.length) throw new BadBag(`${manifest} lists a file that it should not`);
  }
  const bytes = payload.reduce((sum, name) => sum + need(files, name).length, 0);
  if (!fromUtf8(need(files, 'bag-info.txt')).split('\n').includes(`Payload-Oxum: ${bytes}.${payload.length}`))
    throw new BadBag('bag-info.txt counts other files than those that are here');
  progress(1);
  return digests;
}

export function need(files: Files, name: string): Uint8Array {
  const data = files.get(name);
  if (!data) throw new BadBag(`${name} is missing`);
  return data;
}

async function digestOf(data: Uint8Array): Promise<Digest> {
  return {
    size: data.length,
    sha256: toHex(await sha256(data)),
    sha512: toHex(await sha512(data)),
  };
}

function readManifest(files: Files, manifest: string, digits: number): Map<string, string> {
  const listed = new Map<string, string>();
  for (const line of fromUtf8(need(files, manifest)).split('\n').filter(Boolean)) {
    const [, digest = '', name = ''] = /^([0-9a-f]+) [ *](\S+)$/.exec(line) ?? [];
    if (digest.length !== digits) throw new BadBag(`${manifest} has a line that cannot be read`);
    if (listed.has(name)) throw new BadBag(`${manifest} lists ${name} twice`);
    listed.set(name, digest);
  }
  return listed;
}
