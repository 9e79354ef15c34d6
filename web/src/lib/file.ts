/** Files from the hub, fetched by the page itself, so that their progress shows and they can be handed on. */
export type Fetched =
  { kind: 'file'; file: File } | { kind: 'refused'; message: string } | { kind: 'broken' };

/** `progress` hears bytes so far and, where it is known, of how many. */
export async function fetchFile(
  address: string,
  progress: (done: number, of: number | undefined) => void,
  signal: AbortSignal,
): Promise<Fetched> {
  try {
    const response = await fetch(address, { signal });
    if (!response.ok || !response.body) {
      const answer = (await response.json()) as { message?: string };
      return answer.message ? { kind: 'refused', message: answer.message } : { kind: 'broken' };
    }
    const of = Number(response.headers.get('Content-Length')) || undefined;
    const pieces: BlobPart[] = [];
    let done = 0;
    const reader = response.body.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      pieces.push(piece.value);
      done += piece.value.length;
      progress(done, of);
    }
    const type = response.headers.get('Content-Type') ?? '';
    return { kind: 'file', file: new File(pieces, nameOf(response.headers), { type }) };
  } catch {
    return { kind: 'broken' };
  }
}

/** As the hub calls it (RFC 6266, 4.3; RFC 8187). */
function nameOf(headers: Headers): string {
  const name = /filename\*=UTF-8''([^;]+)/.exec(headers.get('Content-Disposition') ?? '')?.[1];
  return name ? decodeURIComponent(name) : 'recording.mp4';
}

/** Whether this browser can hand the file to another app. */
export function canShare(file: File): boolean {
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: [file] });
}

/** Let the person choose who gets it; that they chose nobody is no fault. */
export async function shareFile(file: File): Promise<void> {
  try {
    await navigator.share({ files: [file], title: file.name });
  } catch (e) {
    if (!(e instanceof DOMException && e.name === 'AbortError')) throw e;
  }
}
