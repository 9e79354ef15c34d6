import { chase, distance, droppable, retryAfter } from './edge';
import { lineTo, type Line } from './line';
import { canPlay, Feed } from './mse';

export type LiveState =
  | { kind: 'connecting' }
  | { kind: 'playing' }
  | { kind: 'waiting' }
  | { kind: 'lost' }
  | { kind: 'unsupported'; codec: string };

const SILENT_MS = 5_000;
const GAPS = 12;
const JUMP_REST_MS = 5_000;

/** Where a camera's live picture is to be had. */
export const livePath = (camera: string) => `/api/cameras/${encodeURIComponent(camera)}/live`;

/**
 * Show a camera's live picture: the first message names the codec, then come the init segment and fragments, which
 * are the very bytes that are recorded. Shows the first keyframe at once, then jumps to the edge and stays close to it;
 * connects again by itself until it is stopped.
 */
export function watchLive(
  video: HTMLVideoElement,
  path: string,
  onstate: (state: LiveState) => void,
): () => void {
  let stopped = false;
  let tries = 0;
  let line: Line | undefined;
  let feed: Feed | undefined;
  let later: ReturnType<typeof setTimeout> | undefined;
  let lastAt = 0;
  let jumpedAt = -Infinity;
  let gaps: number[] = [];

  function connect() {
    line = lineTo(path);
    line.hear((data) => {
      if (typeof data === 'string') begin(data);
      else take(new Uint8Array(data));
    }, again);
  }

  function begin(text: string) {
    const { codec } = JSON.parse(text) as { codec: string };
    if (!canPlay(codec)) {
      stop();
      onstate({ kind: 'unsupported', codec });
      return;
    }
    feed?.close();
    feed = new Feed(video, codec, follow, () => line?.drop());
    gaps = [];
    lastAt = 0;
    jumpedAt = -Infinity;
    onstate({ kind: 'waiting' });
  }

  function take(bytes: Uint8Array<ArrayBuffer>) {
    const now = performance.now();
    if (lastAt > 0) gaps = [...gaps.slice(1 - GAPS), (now - lastAt) / 1000];
    lastAt = now;
    tries = 0;
    feed?.append(bytes);
  }

  function follow() {
    if (!feed || video.buffered.length === 0) return;
    const last = video.buffered.length - 1;
    const buffered = { start: video.buffered.start(last), end: video.buffered.end(last) };
    const now = performance.now();
    const mayJump = !video.seeking && now - jumpedAt > JUMP_REST_MS;
    const move = chase(video.currentTime, buffered, distance(gaps), mayJump);
    if (move.seek !== undefined) {
      if (video.currentTime >= buffered.start) jumpedAt = now; // from before it there was no choice
      video.currentTime = move.seek;
    }
    if (video.playbackRate !== move.rate) video.playbackRate = move.rate;
    const old = droppable(video.currentTime, { ...buffered, start: video.buffered.start(0) });
    if (old !== undefined) feed.drop(old);
    if (video.paused) video.play().catch(() => undefined); // a browser may want a tap first; the picture still shows
    onstate({ kind: 'playing' });
  }

  function again() {
    if (stopped) return;
    onstate({ kind: 'lost' });
    feed?.close();
    feed = undefined;
    later = setTimeout(connect, retryAfter(tries++));
  }

  function stop() {
    stopped = true;
    clearTimeout(later);
    clearInterval(watcher);
    video.removeEventListener('seeked', follow);
    line?.close();
    feed?.close();
  }

  const watcher = setInterval(() => {
    if (feed && lastAt > 0 && performance.now() - lastAt > SILENT_MS) onstate({ kind: 'waiting' });
  }, 1_000);
  video.addEventListener('seeked', follow);
  onstate({ kind: 'connecting' });
  connect();
  return stop;
}
