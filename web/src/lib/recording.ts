/** Says that it is watched here. No link and no “save as” sends this, so what masks hide stays in these pages. */
export const WATCHING = { 'X-Watching': 'here' };

/** A camera's recording of this time, from the keyframe before it; undefined where nothing is recorded. */
export async function recording(
  camera: string,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const during = new URLSearchParams({
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
  });
  const address = `/api/cameras/${encodeURIComponent(camera)}/clip.mp4?${during.toString()}`;
  const response = await fetch(address, { signal, headers: WATCHING });
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}
