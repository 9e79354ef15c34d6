import type { AtTheDoor } from '@/api/hub';

/** Who stands at one door, and each time they rang, the first one first. */
export interface Caller {
  camera: string;
  presses: AtTheDoor[];
}

/** Who rang first comes first, however often others rang since. */
export function callers(presses: readonly AtTheDoor[]): Caller[] {
  const found = new Map<string, AtTheDoor[]>();
  for (const press of [...presses].sort((a, b) => a.at.localeCompare(b.at)))
    found.set(press.camera, [...(found.get(press.camera) ?? []), press]);
  return [...found].map(([camera, presses]) => ({ camera, presses }));
}
