/**
 * The ledger, checked in the page: RFC 6962 hashing, C2SP signed notes, checkpoints, proofs and tile paths.
 *
 * Sources: RFC 6962 2.1, RFC 9162 2.1.3.2, c2sp.org/signed-note, tlog-checkpoint, tlog-proof@v1, tlog-tiles.
 */

import { concat, fromBase64, fromUtf8, same, sha256, utf8, type Bytes } from './bytes';
import { verify as verifySignature } from './ed25519';

export class BadProof extends Error {}
export class BadNote extends Error {}

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

export const leafHash = (entry: Uint8Array): Promise<Bytes> => sha256(concat(LEAF, entry));
export const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Bytes> =>
  sha256(concat(NODE, left, right));

/** One step from a leaf to the root: the neighbour that is given, on its side, and the node that both make. */
export interface PathStep {
  neighbour: Bytes;
  side: 'left' | 'right';
  node: Bytes;
}

/** The path from a leaf to a root (RFC 9162, 2.1.3.2); its last node is the root that the proof argues for. */
export async function pathToRoot(
  leaf: Bytes,
  index: number,
  size: number,
  proof: Bytes[],
): Promise<PathStep[]> {
  if (!isCount(index) || !isCount(size) || index >= size)
    throw new BadProof('the entry lies outside the tree');
  const steps: PathStep[] = [];
  let [at, last, node] = [index, size - 1, leaf];
  for (const neighbour of proof) {
    if (neighbour.length !== 32) throw new BadProof('a hash has 32 bytes');
    if (last === 0) throw new BadProof('the proof is longer than the tree is high');
    const side = at % 2 === 1 || at === last ? 'left' : 'right';
    node = side === 'left' ? await nodeHash(neighbour, node) : await nodeHash(node, neighbour);
    steps.push({ neighbour, side, node });
    while (at % 2 === 0 && at === last && at !== 0) [at, last] = [at / 2, last / 2];
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw new BadProof('the proof is shorter than the tree is high');
  return steps;
}

/** Nothing when the entry stands in the tree with this root; otherwise `BadProof`. */
export async function verifyInclusion(
  leaf: Bytes,
  index: number,
  size: number,
  proof: Bytes[],
  root: Uint8Array,
): Promise<PathStep[]> {
  const steps = await pathToRoot(leaf, index, size, proof);
  if (!same(steps.at(-1)?.node ?? leaf, root)) throw new BadProof('the path does not lead to the root');
  return steps;
}

/** Who signs the ledger's checkpoints: a C2SP verifier key, `name+id+base64(01 || key)`. */
export interface Verifier {
  name: string;
  id: Bytes;
  publicKey: Bytes;
}

const ED25519 = 0x01;

export async function readVerifierKey(vkey: string): Promise<Verifier> {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(vkey.trim());
  const key = parts ? attempt(() => fromBase64(parts[3] as string)) : undefined;
  if (!parts || !key) throw new BadNote('this is not a verifier key; it looks like name+0123abcd+base64');
  if (key.length !== 33 || key[0] !== ED25519) throw new BadNote('this verifier key is not an Ed25519 key');
  const name = parts[1] as string;
  const id = (await sha256(concat(utf8(`${name}\n`), key))).slice(0, 4);
  const claimed = Uint8Array.from(parts[2]?.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  if (!same(id, claimed)) throw new BadNote('the verifier key is damaged: its id does not fit');
  return { name, id, publicKey: key.slice(1) };
}

/** The signed text of a note, once the verifier's own signature on it holds. */
export function openNote(note: string, verifier: Verifier): string {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) throw new BadNote('this is not a signed note');
  const text = note.slice(0, split + 1);
  let signed = false;
  for (const line of note.slice(split + 2, -1).split('\n')) {
    const parts = /^— (\S+) (\S+)$/.exec(line);
    const blob = parts ? attempt(() => fromBase64(parts[2] as string)) : undefined;
    if (!parts || !blob || blob.length < 5) throw new BadNote('a signature line of the note is damaged');
    if (parts[1] !== verifier.name || !same(blob.subarray(0, 4), verifier.id)) continue;
    if (!verifySignature(verifier.publicKey, blob.subarray(4), utf8(text)))
      throw new BadNote("the ledger's signature does not fit the checkpoint");
    signed = true;
  }
  if (!signed) throw new BadNote('the note is not signed by this ledger');
  return text;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Bytes;
}

export function readCheckpoint(text: string): Checkpoint {
  const [origin, size, root, ...rest] = text.split('\n');
  const hash = attempt(() => fromBase64(root ?? ''));
  if (!origin || !size || !/^(0|[1-9]\d*)$/.test(size) || hash?.length !== 32 || rest.at(-1) !== '')
    throw new BadNote('this is not a checkpoint');
  if (!isCount(Number(size))) throw new BadNote("the checkpoint's tree is larger than can be counted here");
  return { origin, size: Number(size), root: hash };
}

/** The checkpoint in a signed note of this ledger. */
export function openCheckpoint(note: string, verifier: Verifier): Checkpoint {
  const checkpoint = readCheckpoint(openNote(note, verifier));
  if (checkpoint.origin !== verifier.name) throw new BadNote('the checkpoint is of another ledger');
  return checkpoint;
}

/** An offline proof, c2sp.org/tlog-proof@v1. */
export interface Proof {
  index: number;
  hashes: Bytes[];
  extra?: Bytes;
  checkpoint: string;
}

export function readProof(file: string | Uint8Array): Proof {
  const text = typeof file === 'string' ? file : fromUtf8(file);
  const split = text.indexOf('\n\n');
  const lines = text.slice(0, split).split('\n');
  if (split < 0 || lines.shift() !== 'c2sp.org/tlog-proof@v1')
    throw new BadProof('this is not a tlog-proof file');
  const damaged = () => new BadProof('the proof file is damaged');
  let extra: Bytes | undefined;
  if (lines[0]?.startsWith('extra ')) {
    extra = attempt(() => fromBase64((lines.shift() as string).slice(6)));
    if (!extra) throw damaged();
  }
  const index = /^index (0|[1-9]\d*)$/.exec(lines.shift() ?? '')?.[1];
  const hashes = lines.map((line) => attempt(() => fromBase64(line)));
  if (index === undefined || !isCount(Number(index)) || hashes.some((hash) => hash?.length !== 32))
    throw damaged();
  return {
    index: Number(index),
    hashes: hashes as Bytes[],
    ...(extra && { extra }),
    checkpoint: text.slice(split + 2),
  };
}

export interface Proven {
  index: number;
  leaf: Bytes;
  steps: PathStep[];
  checkpoint: Checkpoint;
}

/** Check an entry with its offline proof and the ledger's key, and nothing else. */
export async function verifyEntry(entry: Uint8Array, proof: Proof, verifier: Verifier): Promise<Proven> {
  const checkpoint = openCheckpoint(proof.checkpoint, verifier);
  const leaf = await leafHash(entry);
  const steps = await verifyInclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root);
  return { index: proof.index, leaf, steps, checkpoint };
}

const WIDTH = 256;

/** Where C2SP tlog-tiles keeps the `n`th tile of a level; `width` below 256 is a partial tile. */
export const tilePath = (level: number, n: number, width = WIDTH): string =>
  `tile/${level}/${numbered(n, width)}`;

/** Where C2SP tlog-tiles keeps the `n`th bundle of entries. */
export const entriesPath = (n: number, width = WIDTH): string => `tile/entries/${numbered(n, width)}`;

function numbered(n: number, width: number): string {
  const groups = [String(n % 1000).padStart(3, '0')];
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  return groups.join('/') + (width === WIDTH ? '' : `.p/${width}`);
}

/** The entry bundle's entries: each a big-endian uint16 length and that many bytes. */
export function readEntries(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length;) {
    const size = (bundle[at] as number) * 256 + (bundle[at + 1] ?? NaN);
    if (!(at + 2 + size <= bundle.length)) throw new BadProof('the entry bundle is cut short');
    entries.push(bundle.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return entries;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
