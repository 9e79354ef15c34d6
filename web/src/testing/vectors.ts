/// <reference types="node" />
/** The known answers that both languages must give, from tests/vectors of the repository. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const at = (name: string) => resolve(__dirname, '../../../tests/vectors', name);

export const vectors = <T>(name: string): T => JSON.parse(readFileSync(at(`${name}.json`), 'utf8')) as T;
export const bytesOf = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(at(name)));
export const textOf = (name: string): string => readFileSync(at(name), 'utf8');

/** Every file below a folder of vectors, by its path from there. */
export function folderOf(name: string): Map<string, Uint8Array> {
  const files = readdirSync(at(name), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((file) => relative(at(name), join(file.parentPath, file.name))).sort();
  return new Map(paths.map((path) => [path, bytesOf(join(name, path))]));
}
