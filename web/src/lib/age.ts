/** Case keys and opening what is sealed to them (age-encryption.org/v1, X25519). */

import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';

export interface CaseKey {
  recipient: string;
  /** The private half, AGE-SECRET-KEY-1…; it never leaves the browser except as a file for its owner. */
  identity: string;
}

export class BadCaseKey extends Error {}
export class CannotOpen extends Error {}

export async function newCaseKey(): Promise<CaseKey> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** The key in an identity file as `age-keygen` and `latchstring agency keygen` write it. */
export async function readCaseKey(file: string): Promise<CaseKey> {
  const identities = file
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('#'));
  const [identity] = identities;
  if (!identity || identities.length > 1 || !identity.startsWith('AGE-SECRET-KEY-1'))
    throw new BadCaseKey('this file is not a case key; it holds one line that starts with AGE-SECRET-KEY-1');
  try {
    return { identity, recipient: await identityToRecipient(identity) };
  } catch {
    throw new BadCaseKey('this case key is damaged; a letter is wrong or missing');
  }
}

export function writeCaseKey(key: CaseKey, createdAt: string): string {
  return `# created: ${createdAt}\n# public key: ${key.recipient}\n${key.identity}\n`;
}

/** Whether the text has the form of an age X25519 recipient. */
export const isRecipient = (text: string): boolean => /^age1[02-9ac-hj-np-z]{58}$/.test(text);

const MAGIC = 'age-encryption.org/v1\n';

/** The plaintext; `progress` hears how many bytes of it are ready. A file that is cut or changed gives nothing. */
export async function open(
  sealed: Uint8Array,
  identity: string,
  progress: (bytes: number) => void = () => {},
): Promise<Uint8Array> {
  if (String.fromCharCode(...sealed.subarray(0, MAGIC.length)) !== MAGIC)
    throw new CannotOpen('this is not an age file');
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  let stream;
  try {
    stream = await decrypter.decrypt(new Blob([sealed as BlobPart]).stream());
  } catch {
    throw new CannotOpen('this case key does not fit the package');
  }
  const plaintext = new Uint8Array(stream.size(sealed.length));
  let size = 0;
  try {
    const reader = stream.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      plaintext.set(part.value, size);
      size += part.value.length;
      progress(size);
    }
  } catch {
    throw new CannotOpen('the sealed file was changed or cut short');
  }
  if (size !== plaintext.length) throw new CannotOpen('the sealed file was changed or cut short');
  return plaintext;
}
