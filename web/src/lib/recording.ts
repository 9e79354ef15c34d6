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
  const response = await fetch(address, { signal });
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}
