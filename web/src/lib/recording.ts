/** Says that it is watched here. No link and no “save as” sends this, so what masks hide stays in these pages. */
export const WATCHING = { 'X-Watching': 'here' };

/** The very bytes that would be shared of a clip; undefined where they are not prepared. */
export async function leaving(
  preview: string,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const response = await fetch(`${preview}?${between(start, end)}`, { signal });
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}

/** A camera's recording of this time, from the keyframe before it; undefined where nothing is recorded. */
export async function recording(
  camera: string,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const address = `/api/cameras/${encodeURIComponent(camera)}/clip.mp4?${between(start, end)}`;
  const response = await fetch(address, { signal, headers: WATCHING });
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}

/** A camera's sound of this time and its type; undefined where none is recorded. */
export async function soundOf(
  camera: string,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; type: string } | undefined> {
  const address = `/api/cameras/${encodeURIComponent(camera)}/sound.mp4?${between(start, end)}`;
  const response = await fetch(address, { signal });
  const type = response.headers.get('Content-Type');
  return response.ok && type ? { bytes: new Uint8Array(await response.arrayBuffer()), type } : undefined;
}

/** As a question to the hub: from when to when. */
export function between(start: number, end: number): string {
  const during = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
  return new URLSearchParams(during).toString();
}
