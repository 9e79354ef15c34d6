/**
 * Check a package in numbered steps, the same as `latchstring verify` makes; nothing after a step that does not
 * hold is looked at.
 *
 *   1  the bag is whole
 *   2  the disclosure is signed by the device key it names
 *   3  the sealed file is the one that was signed
 *   4  the owner's receipt is signed, and is for this request, agency, recipient and policy, in its time
 *   5  request, votes, approval and this disclosure stand in the public log, signed with keys that stand there
 *   6  the case key opens it, and what is inside is whole
 *   7  the clips are those that the owner agreed to
 *   8  the chain of custody holds
 */

import { checkBag, need, type Digest, type Files } from './bag';
import { concat, fromHex, fromUtf8, sha256Hex, type Bytes } from './bytes';
import { BadJson, decode, decodeCanonical, isObject, object, text, type JsonObject } from './canonical';
import * as dsse from './dsse';
import type { Envelope } from './dsse';
import { fingerprint, publicKeyFrom } from './ed25519';
import { readTar, withoutTopFolder } from './tar';
import { readProof, readVerifierKey, verifyEntry, type Verifier } from './tlog';

export class StepFailed extends Error {
  constructor(
    readonly step: number,
    message: string,
  ) {
    super(message);
  }
}

export interface HeldStep {
  n: number;
  /** What the step found, for people's sentences. */
  facts: Record<string, string | number>;
}

export interface Clip {
  id: string;
  camera: string;
  start: string;
  end: string;
  file: string;
  data: Uint8Array;
  sha256: string;
  /** What was painted over before it left; empty: it is as it was recorded. */
  redacted: string[];
}

export interface CustodyEvent {
  what: string;
  who: string;
  at: string;
  why: string;
}

export interface Opened {
  files: Files;
  clips: Clip[];
  custody: CustodyEvent[];
  disclosureSha256: string;
}

export interface Opener {
  /** The ledger's key, known from elsewhere than the package. */
  vkey: string;
  now: Date;
  open: (sealed: Uint8Array) => Promise<Uint8Array>;
  held: (step: HeldStep) => void;
}

export const STEPS = 8;
const CLOCKS_APART_MS = 10 * 60_000;
const SEALED = 'data/sealed.age';

/** The clips, once all steps hold; otherwise `StepFailed` of the first that does not. */
export async function openPackage(archive: Uint8Array, opener: Opener): Promise<Opened> {
  const checked = await checkPackage(archive, opener);
  return openChecked(checked, opener);
}

/** What the first five steps found; no key is needed for them. */
export interface Checked {
  files: Files;
  disclosure: JsonObject;
  disclosureSha256: string;
  receipt: JsonObject;
  agreed: JsonObject[];
}

export async function checkPackage(
  archive: Uint8Array,
  { vkey, now, held }: Pick<Opener, 'vkey' | 'now' | 'held'>,
): Promise<Checked> {
  const [files, digests, outer] = await step(1, async () => {
    const files = withoutTopFolder(readTar(archive));
    const digests = await checkBag(files);
    return [files, digests, readOuter(files)] as const;
  });
  held({ n: 1, facts: { files: digests.size } });

  const disclosure = await step(2, async () => {
    const payload = await dsse.verify(outer.disclosure, outer.device, dsse.DISCLOSURE);
    const disclosure = decodeCanonical(payload);
    if (text(disclosure, 'device') !== (await fingerprint(outer.device)))
      throw new Error('the disclosure names another device key than the one that signed it');
    if (time(disclosure, 'created_at') > now.getTime() + CLOCKS_APART_MS)
      throw new Error('the disclosure says it was made later than now; check the clocks');
    return disclosure;
  });
  const disclosureSha256 = await sha256Hex(outer.disclosure.payload);
  held({ n: 2, facts: { device: text(disclosure, 'device').slice(0, 16) } });

  await step(3, async () => checkSealed(digests, object(disclosure, 'ciphertext')));
  held({ n: 3, facts: { bytes: digests.get(SEALED)?.size ?? 0 } });

  const receipt = await step(4, () => checkReceipt(outer, disclosure));
  const agreed = objects(receipt, 'clips');
  held({ n: 4, facts: { clips: agreed.length, agency: text(receipt, 'agency') } });

  const network = await step(5, async () => {
    const verifier = await readVerifierKey(vkey);
    await checkLog(files, outer, disclosure, disclosureSha256, receipt, verifier);
    return verifier.name;
  });
  held({ n: 5, facts: { network } });
  return { files, disclosure, disclosureSha256, receipt, agreed };
}

export async function openChecked(
  checked: Checked,
  { open, held }: Pick<Opener, 'open' | 'held'>,
): Promise<Opened> {
  const { disclosure, receipt, agreed } = checked;
  const [files, digests] = await step(6, async () => {
    const files = readTar(await open(need(checked.files, SEALED)));
    return [files, await checkBag(files)] as const;
  });
  held({ n: 6, facts: { files: digests.size } });

  const clips = await step(7, () => checkClips(files, digests, agreed));
  await step(7, async () => checkAcquisition(files, digests, disclosure, receipt, clips));
  held({ n: 7, facts: { clips: clips.length, redacted: clips.filter((one) => one.redacted.length).length } });

  const custody = await step(8, () => checkCustody(files, disclosure, receipt));
  held({ n: 8, facts: { events: custody.length } });
  return { files, clips, custody, disclosureSha256: checked.disclosureSha256 };
}

async function step<T>(n: number, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (e) {
    throw new StepFailed(n, e instanceof Error ? e.message : String(e));
  }
}

interface Outer {
  disclosure: Envelope;
  receipt: Envelope;
  device: Bytes;
  request: Envelope;
  votes: Envelope[];
  policy: Uint8Array;
}

function readOuter(files: Files): Outer {
  const envelope = (name: string) => dsse.readEnvelope(need(files, `public/${name}.dsse.json`));
  const votes = [...files.keys()].filter((name) => /^public\/votes\/\d+\.dsse\.json$/.test(name));
  return {
    disclosure: envelope('disclosure'),
    receipt: envelope('receipt'),
    device: publicKeyFrom(fromUtf8(need(files, 'public/device.pub')).trim()),
    request: envelope('request'),
    votes: votes.map((name) => dsse.readEnvelope(need(files, name))),
    policy: need(files, 'public/policy.toml'),
  };
}

function checkSealed(digests: Map<string, Digest>, signed: JsonObject): void {
  const payload = [...digests.keys()].filter((name) => name.startsWith('data/'));
  const found = digests.get(SEALED);
  if (payload.length !== 1 || !found) throw new Error('a package seals one file only');
  if (found.size !== signed.size || found.sha256 !== signed.sha256 || found.sha512 !== signed.sha512)
    throw new Error('this is not the sealed file that the disclosure was signed for');
}

async function checkReceipt(outer: Outer, disclosure: JsonObject): Promise<JsonObject> {
  const payload = await dsse.verify(outer.receipt, outer.device, dsse.RECEIPT);
  const receipt = decodeCanonical(payload);
  const asked = decodeCanonical(outer.request.payload);
  const statement = await sha256Hex(outer.request.payload);
  const window = object(asked, 'window');
  agree('the request', text(disclosure, 'request'), text(receipt, 'request'), text(asked, 'id'));
  agree('the request', text(disclosure, 'statement_sha256'), text(receipt, 'statement_sha256'), statement);
  agree('the agency', text(receipt, 'agency'), text(asked, 'agency'));
  agree('the case key', text(disclosure, 'recipient'), text(receipt, 'recipient'), text(asked, 'recipient'));
  agree(
    'the policy',
    text(disclosure, 'policy_sha256'),
    text(receipt, 'policy_sha256'),
    text(object(asked, 'policy'), 'sha256'),
  );
  agree('the end', ...[disclosure, receipt, asked].map((document) => String(time(document, 'expires_at'))));
  const made = time(disclosure, 'created_at');
  if (!(time(receipt, 'at') <= made && made < time(receipt, 'expires_at')))
    throw new Error('the disclosure was not made while the owner’s agreement held');
  const clips = objects(receipt, 'clips');
  if (clips.length === 0 || new Set(clips.map((clip) => clip.id)).size !== clips.length)
    throw new Error('the receipt names no clip, or one twice');
  for (const clip of clips)
    if (time(clip, 'start') >= time(window, 'end') || time(clip, 'end') <= time(window, 'start'))
      throw new Error(`${text(clip, 'id')} lies outside the time that was asked about`);
  agree('the receipt', text(disclosure, 'receipt_sha256'), await sha256Hex(payload));
  agree('the receipt', text(disclosure, 'nonce'), text(receipt, 'nonce'));
  return receipt;
}

function agree(what: string, ...said: string[]): void {
  if (new Set(said).size !== 1) throw new Error(`${what} is not the same in receipt, disclosure and request`);
}

interface Logged {
  index: number;
  entry: JsonObject;
}

async function checkLog(
  files: Files,
  outer: Outer,
  disclosure: JsonObject,
  disclosureSha256: string,
  receipt: JsonObject,
  verifier: Verifier,
): Promise<void> {
  if (text(disclosure, 'network') !== verifier.name)
    throw new Error(`it was made in the network ${text(disclosure, 'network')}, not in ${verifier.name}`);
  const log: Logged[] = [];
  for (const [name, data] of files) {
    if (!/^public\/entries\/\d{2,}-[a-z-]+\.json$/.test(name)) continue;
    const proof = readProof(need(files, name.replace(/json$/, 'tlog-proof')));
    const { index } = await verifyEntry(data, proof, verifier);
    log.push({ index, entry: decode(data) });
  }
  const ofKind = (kind: string) => log.filter(({ entry }) => entry.kind === kind);
  const one = (kind: string, where: JsonObject): Logged => {
    const found = ofKind(kind).filter(({ entry }) =>
      Object.entries(where).every(([name, value]) => entry[name] === value),
    );
    if (found.length !== 1) throw new Error(`the log does not say ${kind} as this package does`);
    return found[0] as Logged;
  };
  const request = text(disclosure, 'request');
  const statement = text(disclosure, 'statement_sha256');
  const policy = text(disclosure, 'policy_sha256');
  if ((await sha256Hex(outer.policy)) !== policy)
    throw new Error('this is not the policy that the request names');
  one('policy-published', { sha256: policy });
  const submitted = one('request-submitted', {
    request,
    statement_sha256: statement,
    agency: text(receipt, 'agency'),
    recipient: text(receipt, 'recipient'),
    policy_sha256: policy,
  });
  const keys = await enrolled(ofKind('key-enrolled'));
  await signedBy(keys, outer.request, dsse.REQUEST, 'officer', text(submitted.entry, 'officer'));
  const cast = ofKind('vote-cast').filter(({ entry }) => entry.request === request);
  if (cast.length !== outer.votes.length) throw new Error('the votes are not those that stand in the log');
  for (const vote of outer.votes) {
    const said = decodeCanonical(vote.payload);
    const vote_sha256 = await sha256Hex(vote.payload);
    one('vote-cast', { request, vote_sha256, verdict: text(said, 'verdict') });
    await signedBy(keys, vote, dsse.VOTE, 'reviewer', text(said, 'reviewer'));
  }
  const approved = one('request-approved', { request, statement_sha256: statement });
  if (ofKind('disclosure-made').length !== 1)
    throw new Error('the owner’s agreement was for one disclosure; the package holds the log’s word on more');
  const made = one('disclosure-made', {
    request,
    disclosure_sha256: disclosureSha256,
    receipt_sha256: text(disclosure, 'receipt_sha256'),
  });
  if (!(submitted.index < approved.index && approved.index < made.index))
    throw new Error('the log has submission, approval and disclosure in another order');
}

async function enrolled(entries: Logged[]): Promise<Map<string, { entry: JsonObject; key: Bytes }>> {
  const keys = new Map<string, { entry: JsonObject; key: Bytes }>();
  for (const { entry } of entries.toSorted((a, b) => a.index - b.index)) {
    const key = publicKeyFrom(text(entry, 'public_key'));
    keys.set(await fingerprint(key), { entry, key });
  }
  return keys;
}

async function signedBy(
  keys: Map<string, { entry: JsonObject; key: Bytes }>,
  envelope: Envelope,
  payloadType: string,
  role: string,
  holder: string,
): Promise<void> {
  const found = keys.get(envelope.keyid);
  if (found?.entry.role !== role || found.entry.holder !== holder)
    throw new Error(`the log has no key of ${holder} that signed this`);
  await dsse.verify(envelope, found.key, payloadType);
}

async function checkClips(files: Files, digests: Map<string, Digest>, agreed: JsonObject[]): Promise<Clip[]> {
  const salts = decode(need(files, 'data/consent/salts.json'));
  const present = [...files.keys()].filter((name) => /^data\/(original|derivative)\//.test(name));
  if (present.length !== agreed.length)
    throw new Error('there are more or fewer clips than the owner agreed to');
  const clips: Clip[] = [];
  for (const clip of agreed) {
    const id = text(clip, 'id');
    const derivative = `data/derivative/${id}.mp4`;
    const file = files.has(derivative) ? derivative : `data/original/${id}.mp4`;
    const data = need(files, file);
    const sha256 = (digests.get(file) as Digest).sha256;
    const committed = await sha256Hex(concat(fromHex(text(salts, id)), fromHex(sha256)));
    if (committed !== clip.commitment) throw new Error(`${file} is not a clip that the owner agreed to`);
    clips.push({
      id,
      camera: text(clip, 'camera'),
      start: text(clip, 'start'),
      end: text(clip, 'end'),
      file,
      data,
      sha256,
      redacted: [],
    });
  }
  return clips;
}

function checkAcquisition(
  files: Files,
  digests: Map<string, Digest>,
  disclosure: JsonObject,
  receipt: JsonObject,
  clips: Clip[],
): void {
  const document = decode(need(files, 'data/metadata/acquisition.json'));
  if (document.device_id !== disclosure.device)
    throw new Error('the record of the recording names another device than the one that signed');
  if (document.disclosure !== disclosure.id || document.request !== receipt.request)
    throw new Error('the record of the recording is of another disclosure');
  const told = new Map(objects(document, 'clips').map((clip) => [clip.clip, clip]));
  for (const clip of clips) {
    const said = told.get(clip.id);
    const digest = digests.get(clip.file) as Digest;
    if (
      told.size !== clips.length ||
      said?.file !== clip.file ||
      said.camera !== clip.camera ||
      said.recorded_start !== clip.start ||
      said.recorded_end !== clip.end ||
      said.size !== digest.size ||
      said.sha256 !== digest.sha256 ||
      said.sha512 !== digest.sha512
    )
      throw new Error(`the record of the recording does not fit ${clip.id}`);
    if ('redaction' in said !== clip.file.startsWith('data/derivative/'))
      throw new Error(`the record does not say truly whether ${clip.id} is redacted`);
    if ('redaction' in said) clip.redacted = kindsOf(object(said, 'redaction'));
  }
}

function kindsOf(redaction: JsonObject): string[] {
  const { kinds } = redaction;
  if (!Array.isArray(kinds) || kinds.length === 0) throw new Error('a redaction must say what it hides');
  return kinds.map(String);
}

async function checkCustody(
  files: Files,
  disclosure: JsonObject,
  receipt: JsonObject,
): Promise<CustodyEvent[]> {
  const whole = fromUtf8(need(files, 'data/custody/events.jsonl'));
  const lines = whole.split('\n');
  if (lines.pop() !== '' || lines.length === 0) throw new Error('the chain of custody is cut short');
  let before = '0'.repeat(64);
  const events: CustodyEvent[] = [];
  for (const [i, line] of lines.entries()) {
    const bytes = new TextEncoder().encode(line);
    const event = decodeCanonical(bytes);
    if (event.n !== i + 1 || event.prev !== before)
      throw new Error(`line ${i + 1} of the chain of custody does not follow the line before it`);
    events.push({
      what: text(event, 'what'),
      who: text(event, 'who'),
      at: text(event, 'at'),
      why: text(event, 'why'),
    });
    before = await sha256Hex(bytes);
  }
  const agreed = events.some(({ what, at }) => what === 'agreed' && at === receipt.at);
  const sealed = events.some(({ what, at }) => what === 'sealed' && at === disclosure.created_at);
  if (!agreed || !sealed) throw new Error('the chain of custody does not tell what the receipt does');
  return events;
}

function objects(value: JsonObject, name: string): JsonObject[] {
  const found = value[name];
  if (!Array.isArray(found) || !found.every(isObject)) throw new BadJson(`“${name}” must be a list`);
  return found as JsonObject[];
}

/** Milliseconds since 1970. */
function time(value: JsonObject, name: string): number {
  const instant = Date.parse(text(value, name));
  if (Number.isNaN(instant)) throw new BadJson(`“${name}” must be a time`);
  return instant;
}
