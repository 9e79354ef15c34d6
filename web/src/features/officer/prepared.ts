/** Before an officer signs what the network prepared: is it what they drew? */

import type { Account, Draft } from '@/api/network';
import { decode, encode, type Json, type JsonObject } from '@/lib/canonical';
import { fromUtf8 } from '@/lib/bytes';

/** The statement, and the first field that is not what was drawn. */
export function compare(
  statement: string,
  draft: Draft,
  text: string,
  account: Pick<Account, 'agency' | 'holder'>,
): { statement: JsonObject; differs?: string } {
  const read = decode(statement);
  const drawn: Record<string, unknown> = {
    agency: account.agency,
    officer: account.holder,
    offence: draft.offence,
    incident_cell: draft.incident_cell,
    area: draft.area,
    window: draft.window,
    template: draft.template,
    text,
    recipient: draft.recipient,
    expires_at: draft.expires_at,
  };
  const differs = Object.keys(drawn).find((name) => !equal(read[name], drawn[name]));
  return differs === undefined ? { statement: read } : { statement: read, differs };
}

const equal = (a: unknown, b: unknown): boolean =>
  a !== undefined && b !== undefined && written(a) === written(b);
const written = (value: unknown): string => fromUtf8(encode(value as Json));
