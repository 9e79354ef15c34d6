import { describe, expect, it } from 'vitest';
import { tarHeader as header, tarOf as tar, tarOfFiles } from '@/testing/tar';
import { folderOf, textOf } from '@/testing/vectors';
import { newCaseKey, open, readCaseKey } from './age';
import { fromUtf8, sha256, sha512, toHex, utf8 } from './bytes';
import { checkPackage, openChecked, openPackage, StepFailed, type Checked, type HeldStep } from './package';
import { BadTar, readTar } from './tar';

const archive = tarOfFiles(folderOf('package/outer'));
const vkey = textOf('package/ledger.vkey').trim();
const NOW = new Date('2026-01-15T12:00:00Z');

async function tried(data: Uint8Array, changes: { vkey?: string; now?: Date; identity?: string } = {}) {
  const identity = changes.identity ?? (await readCaseKey(textOf('package/case-key.txt'))).identity;
  const held: HeldStep[] = [];
  const opened = await openPackage(data, {
    vkey: changes.vkey ?? vkey,
    now: changes.now ?? NOW,
    open: (sealed) => open(sealed, identity),
    held: (step) => held.push(step),
  });
  return { held, opened };
}

const refusedAt = async (data: Uint8Array, changes = {}) => {
  const e: unknown = await tried(data, changes).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(e).toBeInstanceOf(StepFailed);
  return (e as StepFailed).step;
};

/** The archive with one byte of a file changed. */
function flipped(name: RegExp, at = 40): Uint8Array {
  const copy = archive.slice();
  const file = [...readTar(copy)].find(([path]) => name.test(path))?.[1];
  if (!file) throw new Error(`there is no ${name.source}`);
  file[at % file.length] = (file[at % file.length] ?? 0) ^ 1;
  return copy;
}

describe('a package that the Python side made', () => {
  it('holds in all eight steps and gives the clips', async () => {
    const { held, opened } = await tried(archive);
    expect(held.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(opened.clips).toHaveLength(2);
    expect(opened.custody.map(({ what }) => what)).toContain('sealed');
  });

  it.each([
    /sealed\.age$/,
    /disclosure\.dsse\.json$/,
    /receipt\.dsse\.json$/,
    /device\.pub$/,
    /policy\.toml$/,
    /\.tlog-proof$/,
  ])('is not whole when a byte of %s was changed', async (name) => {
    expect(await refusedAt(flipped(name))).toBe(1);
  });

  it('is refused when it comes from the future, and taken a little early', async () => {
    await tried(archive, { now: new Date('2026-01-15T11:55:00Z') });
    expect(await refusedAt(archive, { now: new Date('2026-01-14T00:00:00Z') })).toBe(2);
  });

  it('is refused under the key of another ledger', async () => {
    const other = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcJdhpMnZb';
    expect(await refusedAt(archive, { vkey: other })).toBe(5);
  });

  it('does not open with another case key', async () => {
    expect(await refusedAt(archive, { identity: (await newCaseKey()).identity })).toBe(6);
  });

  it('is refused when it was cut short', async () => {
    expect(await refusedAt(archive.slice(0, archive.length / 2))).toBe(1);
  });
});

/** The package with some files replaced or left out, and manifests that fit again, as a forger would make it. */
async function forged(changes: Record<string, Uint8Array | undefined>): Promise<Uint8Array> {
  const files = folderOf('package/outer');
  for (const [name, data] of Object.entries(changes))
    if (data) files.set(name, data);
    else files.delete(name);
  return bagged(files);
}

/** The files as an archive, under manifests that fit them. */
async function bagged(files: Map<string, Uint8Array>): Promise<Uint8Array> {
  const listing = async (names: string[], digest: typeof sha512) => {
    const lines = names.map(async (name) => `${toHex(await digest(files.get(name) ?? utf8('')))}  ${name}\n`);
    return utf8((await Promise.all(lines)).join(''));
  };
  const payload = [...files.keys()].filter((name) => name.startsWith('data/'));
  files.set('manifest-sha512.txt', await listing(payload, sha512));
  files.set('manifest-sha256.txt', await listing(payload, sha256));
  const bytes = payload.reduce((sum, name) => sum + (files.get(name)?.length ?? 0), 0);
  files.set('bag-info.txt', utf8(`Payload-Oxum: ${bytes}.${payload.length}\n`));
  const tags = [...files.keys()].filter((name) => !name.startsWith('data/') && !name.startsWith('tagm'));
  files.set('tagmanifest-sha512.txt', await listing(tags, sha512));
  return tarOfFiles(files);
}

describe('a package that was forged with care', () => {
  const files = folderOf('package/outer');
  const file = (part: string) => [...files.keys()].find((name) => name.includes(part)) ?? '';
  const changed = (part: string, from: string, to: string) => {
    const envelope = JSON.parse(fromUtf8(files.get(file(part)) ?? utf8(''))) as { payload: string };
    envelope.payload = btoa(atob(envelope.payload).replace(from, to));
    return { [file(part)]: utf8(JSON.stringify(envelope)) };
  };

  it('still holds when nothing was changed', async () => {
    await tried(await forged({}));
  });

  it.each([
    [
      2,
      'a disclosure that was rewritten',
      changed('disclosure.dsse', '"retention_days":', '"retention_days":1'),
    ],
    [3, 'another sealed file', { 'data/sealed.age': utf8('age-encryption.org/v1\n') }],
    [3, 'a second sealed file', { 'data/more.age': utf8('more') }],
    [4, 'a receipt for another agency', changed('receipt.dsse', 'north-district', 'south-district')],
    [4, 'another request', changed('request.dsse', 'north-district', 'south-district')],
    [5, 'a vote that was turned', changed('votes/1', 'reviewer-1', 'reviewer-3')],
    [5, 'a vote left out', { [file('votes/1')]: undefined }],
    [5, 'another policy', { 'public/policy.toml': utf8('version = 2') }],
    [5, 'no approval in the log', { [file('request-approved.json')]: undefined }],
    [5, 'no disclosure in the log', { [file('disclosure-made.json')]: undefined }],
    [
      5,
      'an entry that was rewritten',
      { [file('request-approved.json')]: utf8('{"kind":"request-approved"}') },
    ],
    [
      5,
      'the proof of another entry',
      { [file('request-approved.tlog-proof')]: files.get(file('vote-cast.tlog-proof')) },
    ],
  ])('fails at check %i with %s', async (step, _, changes) => {
    expect(await refusedAt(await forged(changes))).toBe(step);
  });
});

describe('what was sealed', () => {
  const opened = async (change: (checked: Checked) => Checked) => {
    const { identity } = await readCaseKey(textOf('package/case-key.txt'));
    const quietly = { vkey, now: NOW, held: () => undefined };
    const checked = change(await checkPackage(archive, quietly));
    return openChecked(checked, { ...quietly, open: (sealed) => open(sealed, identity) });
  };

  it('is given when it is what the receipt names', async () => {
    expect((await opened((checked) => checked)).clips).toHaveLength(2);
  });

  it.each<[number, string, (checked: Checked) => Checked]>([
    [
      7,
      'another clip',
      (c) => ({ ...c, agreed: c.agreed.map((clip) => ({ ...clip, commitment: '0'.repeat(64) })) }),
    ],
    [7, 'more clips', (c) => ({ ...c, agreed: c.agreed.slice(1) })],
    [
      7,
      'a clip of another time',
      (c) => ({ ...c, agreed: c.agreed.map((clip) => ({ ...clip, start: 'never' })) }),
    ],
    [7, 'another disclosure', (c) => ({ ...c, disclosure: { ...c.disclosure, id: 'ds_other' } })],
    [8, 'another consent', (c) => ({ ...c, receipt: { ...c.receipt, at: '2026-01-01T00:00:00Z' } })],
  ])('fails at check %i when it holds %s', async (step, _, change) => {
    await expect(opened(change)).rejects.toMatchObject({ step });
  });
});

describe('a clip that was redacted before it left', () => {
  /** The package's inside with its second clip redacted, or only said to be, or only moved. */
  const redacted = async ({ moved = true, said = true } = {}) => {
    const { identity } = await readCaseKey(textOf('package/case-key.txt'));
    const quietly = { vkey, now: NOW, held: () => undefined };
    const checked = await checkPackage(archive, quietly);
    const remade = async (sealed: Uint8Array) => {
      const files = readTar(await open(sealed, identity));
      const record = 'data/metadata/acquisition.json';
      const told = JSON.parse(fromUtf8(files.get(record) ?? utf8(''))) as {
        clips: { file: string; redaction?: object }[];
      };
      const second = told.clips[1];
      const data = files.get('data/original/clip-2.mp4');
      if (!second || !data) throw new Error('the package has no second clip');
      if (moved) {
        second.file = 'data/derivative/clip-2.mp4';
        files.delete('data/original/clip-2.mp4');
        files.set(second.file, data);
      }
      if (said) second.redaction = { kinds: ['privacy-masks', 'faces'], made_from: '', made_at: '' };
      files.set(record, utf8(JSON.stringify(told)));
      return bagged(files);
    };
    return openChecked(checked, { ...quietly, open: remade });
  };

  it('is told apart from those that are as recorded', async () => {
    const { clips } = await redacted();
    expect(clips.map((clip) => clip.redacted)).toEqual([[], ['privacy-masks', 'faces']]);
  });

  it.each([{ moved: false }, { said: false }])('cannot pass for the other kind: %o', async (how) => {
    await expect(redacted(how)).rejects.toMatchObject({ step: 7 });
  });
});

describe('tar', () => {
  it('gives plain files and leaves folders out', () => {
    expect([...readTar(tar(header('a/', '5'), header('a/b'))).keys()]).toEqual(['a/b']);
  });

  it('reads long names from pax headers', () => {
    const record = '13 path=long\n';
    const body = new Uint8Array(512);
    body.set(new TextEncoder().encode(record));
    const files = readTar(tar(header('pax', 'x', record.length), body, header('short')));
    expect([...files.keys()]).toEqual(['long']);
  });

  it.each([
    ['an upward path', tar(header('../a'))],
    ['an absolute path', tar(header('/a'))],
    ['a link', tar(header('a', '2'))],
    ['a doubled name', tar(header('a'), header('a'))],
    ['a changed header', tar(header('a').fill(65, 0, 1).fill(66, 1, 2))],
    ['no end mark', header('a')],
    ['more than there is', tar(header('a', '0', 5000))],
  ])('refuses %s', (_, archive) => {
    expect(() => readTar(archive)).toThrow(BadTar);
  });
});
