import { describe, expect, it } from 'vitest';
import { vectors } from '@/testing/vectors';
import { fromHex, same, sha256, toHex, utf8, type Bytes } from './bytes';
import {
  entriesPath,
  leafHash,
  nodeHash,
  openCheckpoint,
  openNote,
  readCheckpoint,
  readEntries,
  readProof,
  readVerifierKey,
  tilePath,
  verifyEntry,
  verifyInclusion,
} from './tlog';

interface Tree {
  leaves: string[];
  roots: string[];
  inclusion: { index: number; size: number; proof: string[] }[];
}
interface Notes {
  example: { vkey: string; text: string; note: string };
  checkpoint: { vkey: string; origin: string; size: number; root: string; note: string };
}
interface Tiles {
  names: { level: number; index: number; width: number; path: string }[];
  entries: { index: number; width: number; path: string }[];
}
const tree = vectors<Tree>('rfc6962');
const notes = vectors<Notes>('notes');
const tiles = vectors<Tiles>('tiles');
const leaf = (index: number) => leafHash(fromHex(tree.leaves[index] ?? ''));
const root = (size: number) => fromHex(tree.roots[size] ?? '');

async function rootOf(leaves: Bytes[]): Promise<Bytes> {
  if (leaves.length === 0) return sha256(new Uint8Array());
  if (leaves.length === 1) return leaves[0] as Bytes;
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return nodeHash(await rootOf(leaves.slice(0, half)), await rootOf(leaves.slice(half)));
}

async function pathOf(leaves: Bytes[], index: number): Promise<Bytes[]> {
  if (leaves.length <= 1) return [];
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return index < half
    ? [...(await pathOf(left, index)), await rootOf(right)]
    : [...(await pathOf(right, index - half)), await rootOf(left)];
}

describe('inclusion', () => {
  it.each(tree.inclusion)(
    'holds for entry $index of $size, as Certificate Transparency says',
    async (one) => {
      const proof = one.proof.map(fromHex);
      const steps = await verifyInclusion(await leaf(one.index), one.index, one.size, proof, root(one.size));
      expect(steps).toHaveLength(proof.length);
    },
  );

  it('holds for every entry of every tree up to 20, and for no other root, place, size or path', async () => {
    const leaves = await Promise.all(Array.from({ length: 20 }, (_, i) => leafHash(utf8(`entry ${i}`))));
    for (let size = 1; size <= 20; size++) {
      const top = await rootOf(leaves.slice(0, size));
      for (let index = 0; index < size; index++) {
        const path = await pathOf(leaves.slice(0, size), index);
        const own = leaves[index] as Bytes;
        await verifyInclusion(own, index, size, path, top);
        const other = await sha256(top);
        const refused = [
          () => verifyInclusion(own, index, size, path, other),
          () => verifyInclusion(leaves[(index + 1) % 20] as Bytes, index, size, path, top),
          () => verifyInclusion(own, index, size, [...path, own], top),
          () => verifyInclusion(own, size, size, path, top),
          ...(path.length > 0 ? [() => verifyInclusion(own, index, size, path.slice(1), top)] : []),
          ...(size > 1 ? [() => verifyInclusion(own, (index + 1) % size, size, path, top)] : []),
        ];
        for (const one of refused) await expect(one()).rejects.toThrow();
      }
    }
  });
});

describe('signed notes', () => {
  it('opens the example of the standard', async () => {
    const verifier = await readVerifierKey(notes.example.vkey);
    expect(openNote(notes.example.note, verifier)).toBe(notes.example.text);
  });

  it('opens a checkpoint of the ledger’s key, and none that was touched', async () => {
    const { vkey, origin, size, root, note } = notes.checkpoint;
    const verifier = await readVerifierKey(vkey);
    const opened = openCheckpoint(note, verifier);
    expect([opened.origin, opened.size, toHex(opened.root)]).toEqual([origin, size, root]);
    expect(() => openCheckpoint(note.replace('\n8\n', '\n9\n'), verifier)).toThrow('does not fit');
    expect(() => openCheckpoint(note.replace(/—.*\n/, ''), verifier)).toThrow();
    expect(() => openCheckpoint(note.trimEnd(), verifier)).toThrow('not a signed note');
    expect(() => openCheckpoint(notes.example.note, verifier)).toThrow('not signed by this ledger');
  });

  it('refuses a verifier key that was mistyped or is of another kind', async () => {
    const { vkey } = notes.checkpoint;
    await expect(readVerifierKey(vkey.replace('latchstring.test', 'latchstrinq.test'))).rejects.toThrow(
      'id does not fit',
    );
    await expect(readVerifierKey('hello')).rejects.toThrow('not a verifier key');
  });

  it('refuses a text that is no checkpoint', () => {
    for (const bad of ['', 'origin\n', 'origin\n01\nAAAA\n', `origin\n1\n${'A'.repeat(20)}\n`])
      expect(() => readCheckpoint(bad)).toThrow('not a checkpoint');
  });
});

describe('proof files', () => {
  const index = 5;
  const one = tree.inclusion.find((known) => known.index === index && known.size === 8);
  const base64 = (hex: string) => btoa(String.fromCharCode(...fromHex(hex)));
  const lines = (one?.proof ?? []).map(base64).join('\n');
  const file = `c2sp.org/tlog-proof@v1\nindex ${index}\n${lines}\n\n${notes.checkpoint.note}`;
  const entry = fromHex(tree.leaves[index] ?? '');

  it('prove an entry with the ledger’s key and nothing else', async () => {
    const verifier = await readVerifierKey(notes.checkpoint.vkey);
    const proven = await verifyEntry(entry, readProof(file), verifier);
    expect(proven.index).toBe(index);
    expect(same(proven.steps.at(-1)?.node ?? entry, proven.checkpoint.root)).toBe(true);
    await expect(verifyEntry(utf8('other'), readProof(file), verifier)).rejects.toThrow('root');
  });

  it('may carry something extra', () => {
    const extra = file.replace('index', 'extra aGVsbG8=\nindex');
    expect(readProof(extra).extra).toEqual(utf8('hello'));
  });

  it('are refused when they are damaged', () => {
    expect(() => readProof('hello')).toThrow('not a tlog-proof');
    expect(() => readProof(file.replace('index 5', 'index 05'))).toThrow('damaged');
    expect(() => readProof(file.replace('index 5\n', 'index 5\nAAAA\n'))).toThrow('damaged');
  });
});

describe('tiles', () => {
  it.each(tiles.names)('are called $path', ({ level, index, width, path }) => {
    expect(tilePath(level, index, width)).toBe(path);
  });

  it.each(tiles.entries)('of entries are called $path', ({ index, width, path }) => {
    expect(entriesPath(index, width)).toBe(path);
  });

  it('of entries are read back, and refused when cut', () => {
    const bundle = Uint8Array.from([0, 2, 7, 8, 0, 0, 0, 1, 9]);
    expect(readEntries(bundle).map((entry) => [...entry])).toEqual([[7, 8], [], [9]]);
    expect(() => readEntries(bundle.slice(0, -1))).toThrow('cut short');
    expect(() => readEntries(bundle.slice(0, 1))).toThrow('cut short');
  });
});
