/** A table of places: the columns `cell` and `dwellings`. The first line that cannot be used is named. */

import type { PlaceCell } from '@/api/network';

export class BadTable extends Error {}

export function readPlaces(text: string, isCell: (cell: string) => boolean): PlaceCell[] {
  const [head = '', ...lines] = text
    .replace(/^\ufeff/, '')
    .trim()
    .split(/\r?\n/);
  const columns = head.split(',').map((name) => name.trim());
  const [cellAt, dwellingsAt] = [columns.indexOf('cell'), columns.indexOf('dwellings')];
  if (cellAt < 0 || dwellingsAt < 0)
    throw new BadTable('The first line must name the columns cell and dwellings.');
  return lines.map((line, i) => {
    const parts = line.split(',').map((part) => part.trim());
    const cell = parts[cellAt] ?? '';
    const dwellings = parts[dwellingsAt] ?? '';
    if (!isCell(cell)) throw new BadTable(`Line ${i + 2}: “${cell}” is not an H3 cell.`);
    if (!/^\d+$/.test(dwellings)) throw new BadTable(`Line ${i + 2}: dwellings must be a whole number.`);
    return { cell, dwellings: Number(dwellings) };
  });
}
