/** Read a tar archive (POSIX.1-2001: ustar with pax headers) that lies in memory; entries are views, not copies. */

import { fromUtf8 } from './bytes';

export class BadTar extends Error {}

export interface TarFile {
  path: string;
  data: Uint8Array;
}

const BLOCK = 512;

/** Every regular file by its path. Links, devices, absolute or upward paths and doubled names are refused. */
export function readTar(archive: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let extended = new Map<string, string>();
  let ended = false;
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) {
      ended = true;
      break;
    }
    if (!checksumFits(header)) throw new BadTar("the archive is damaged: a header's checksum does not fit");
    const kind = String.fromCharCode(header[156] as number);
    const size = extended.has('size') ? Number(extended.get('size')) : number(header.subarray(124, 136));
    const start = at + BLOCK;
    if (!Number.isSafeInteger(size) || start + size > archive.length)
      throw new BadTar('the archive is cut short');
    const data = archive.subarray(start, start + size);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    if (kind === 'x') {
      extended = paxRecords(data);
      continue;
    }
    if (kind === '0' || kind === '\0') {
      const path = safe(extended.get('path') ?? name(header));
      if (files.has(path)) throw new BadTar(`“${path}” stands twice in the archive`);
      files.set(path, data);
    } else if (kind !== '5' && kind !== 'g') {
      throw new BadTar('the archive holds something that is neither a file nor a folder');
    }
    extended = new Map();
  }
  if (!ended) throw new BadTar('the archive is cut short');
  return files;
}

/** The same files without the one folder that all of them lie in, if there is one. */
export function withoutTopFolder(files: Map<string, Uint8Array>): Map<string, Uint8Array> {
  const tops = new Set(
    [...files.keys()].map((path) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')),
  );
  const [top] = tops;
  if (tops.size !== 1 || !top) return files;
  return new Map([...files].map(([path, data]) => [path.slice(top.length + 1), data]));
}

function name(header: Uint8Array): string {
  const prefix = text(header.subarray(345, 500));
  const short = text(header.subarray(0, 100));
  return prefix && text(header.subarray(257, 262)) === 'ustar' ? `${prefix}/${short}` : short;
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return fromUtf8(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits, or GNU's base 256 for sizes beyond 8 GiB. */
function number(field: Uint8Array): number {
  if ((field[0] as number) & 0x80) return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
  const digits = text(field).trim();
  if (!/^[0-7]+$/.test(digits)) throw new BadTar('the archive is damaged: a size is not a number');
  return parseInt(digits, 8);
}

function checksumFits(header: Uint8Array): boolean {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  return attempt(() => number(header.subarray(148, 156))) === sum;
}

function paxRecords(data: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const length = space < 0 ? NaN : Number(fromUtf8(data.subarray(at, space)));
    if (!Number.isInteger(length) || length <= 0 || at + length > data.length)
      throw new BadTar('the archive is damaged: an extended header cannot be read');
    const record = fromUtf8(data.subarray(space + 1, at + length - 1));
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

function safe(path: string): string {
  const plain = path.replace(/^(?:\.\/)+/, '');
  const parts = plain.split('/');
  if (!plain || plain.includes('\\') || parts.some((part) => part === '' || part === '.' || part === '..'))
    throw new BadTar(`“${path}” is not a path that may be unpacked`);
  return plain;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
