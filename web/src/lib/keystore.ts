/**
 * Where a person's private keys live: in this browser's IndexedDB, apart for each account, sent to nobody.
 *
 * The signing key is kept so that the browser will use it but not show it (where it can); its backup file is made
 * before it is put away. Case keys can be saved as a file at any time.
 */

import type { CaseKey } from './age';
import type { KeyPair } from './ed25519';

export interface KeptCaseKey extends CaseKey {
  account: string;
  createdAt: string;
  /** The officer's own label, for instance the case reference; stays in this browser. */
  label: string;
}

interface KeptSigningKey extends KeyPair {
  account: string;
}

export class NoKeyStore extends Error {}

const DATABASE = 'latchstring-keys';

export class KeyStore {
  private constructor(
    private readonly database: IDBDatabase,
    private readonly account: string,
  ) {}

  /** The keys of one account. Asks the browser to keep them even when space is short. */
  static async of(account: string): Promise<KeyStore> {
    void globalThis.navigator?.storage?.persist?.();
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('signing', { keyPath: 'account' });
      opening.result.createObjectStore('case', { keyPath: ['account', 'recipient'] });
    };
    try {
      return new KeyStore(await settled(opening), account);
    } catch {
      throw new NoKeyStore('this browser does not let the page keep keys (a private window, perhaps)');
    }
  }

  async signingKey(): Promise<KeyPair | undefined> {
    return settled<KeptSigningKey | undefined>(this.store('signing').get(this.account));
  }

  async keepSigningKey(key: KeyPair): Promise<void> {
    await settled(this.store('signing', 'readwrite').put({ ...key, account: this.account }));
  }

  async caseKey(recipient: string): Promise<KeptCaseKey | undefined> {
    return settled<KeptCaseKey | undefined>(this.store('case').get([this.account, recipient]));
  }

  /** Newest first. */
  async caseKeys(): Promise<KeptCaseKey[]> {
    const own = IDBKeyRange.bound([this.account, ''], [this.account, '\uffff']);
    const keys = await settled<KeptCaseKey[]>(this.store('case').getAll(own));
    return keys.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  async keepCaseKey(key: CaseKey, label: string, createdAt: string): Promise<void> {
    await settled(this.store('case', 'readwrite').put({ ...key, label, createdAt, account: this.account }));
  }

  close(): void {
    this.database.close();
  }

  private store(name: 'signing' | 'case', mode: IDBTransactionMode = 'readonly'): IDBObjectStore {
    return this.database.transaction(name, mode, { durability: 'strict' }).objectStore(name);
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's store refused"));
  });
}
