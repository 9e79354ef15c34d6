import type { Camera } from '@/api/hub';
import { retryAfter } from './edge';
import { firstKeyframe } from './mp4';
import { canPlay, Feed } from './mse';
import { recordedAt, type Stretch } from './player';
import { soundOf } from './recording';
import { inStep } from './step';

export type SoundState = 'loading' | 'playing' | 'nothing' | 'unsupported';

const STEP_MS = 200;
/** The first piece after a jump is short, so that it is soon there. */
const FIRST_MS = 5_000;
const PIECE_MS = 30_000;
/** After a piece that did not come. */
const AGAIN_MS = 1_000;
const AHEAD_S = 10;
const BEHIND_S = 20;

/** Whether there is something to listen to. A camera whose sound has stopped may go on at any moment. */
export const hasSound = (camera: Pick<Camera, 'sound'> | undefined) =>
  camera?.sound === 'on' || camera?.sound === 'stopped';

/**
 * Sound plays in an element of its own, beside the picture's and in step with it: whatever happens to it, no picture
 * waits for it. Both hearings answer how to end them.
 */
export function hearLive(
  audio: HTMLAudioElement,
  video: HTMLVideoElement,
  path: string,
  onstate: (state: SoundState) => void,
): () => void {
  let stopped = false;
  let tries = 0;
  let socket: WebSocket | undefined;
  let feed: Feed | undefined;
  let later: ReturnType<typeof setTimeout> | undefined;

  function connect() {
    socket = new WebSocket(new URL(path, location.href.replace(/^http/, 'ws')));
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === 'string') begin(data);
      else feed?.append(new Uint8Array(data));
    };
    socket.onclose = again;
  }

  function begin(text: string) {
    const { codec } = JSON.parse(text) as { codec: string };
    tries = 0;
    feed?.close();
    feed = undefined;
    if (canPlay(codec)) feed = new Feed(audio, codec, dropOld, () => socket?.close());
    else onstate('unsupported');
  }

  const dropOld = () => {
    if (audio.currentTime > BEHIND_S) feed?.drop(audio.currentTime - BEHIND_S / 2);
  };

  function again() {
    if (stopped) return;
    feed?.close();
    feed = undefined;
    onstate('loading');
    later = setTimeout(connect, retryAfter(tries++));
  }

  const timer = setInterval(() => {
    if (feed && follow(audio, video)) onstate('playing');
  }, STEP_MS);
  onstate('loading');
  connect();
  return () => {
    stopped = true;
    clearTimeout(later);
    clearInterval(timer);
    if (socket) {
      socket.onclose = null;
      socket.close();
    }
    feed?.close();
  };
}

interface Recorded {
  camera: string;
  /** Zero on the video's own clock, in milliseconds since 1970. */
  base: number;
  heard: () => readonly Stretch[];
}

export function hearRecorded(
  audio: HTMLAudioElement,
  video: HTMLVideoElement,
  { camera, base, heard }: Recorded,
  onstate: (state: SoundState) => void,
): () => void {
  let feed: Feed | undefined;
  /** What is there or on its way. */
  let fetched: Stretch = { start: 0, end: 0 };
  let fetching: AbortController | undefined;
  let rests = false;
  let rest: ReturnType<typeof setTimeout> | undefined;

  async function fetchPiece(from: number, span: Stretch) {
    const mine = new AbortController();
    fetching = mine;
    const end = Math.min(from + (feed ? PIECE_MS : FIRST_MS), span.end);
    fetched = { start: Math.min(fetched.start, from), end };
    const piece = await soundOf(camera, from, end, mine.signal).catch(() => undefined);
    if (mine.signal.aborted) return;
    fetching = undefined;
    const first = piece && firstKeyframe(piece.bytes);
    if (!piece || !first) {
      fetched = { ...fetched, end: from };
      rests = true;
      rest = setTimeout(() => (rests = false), AGAIN_MS);
      return;
    }
    if (!canPlay(piece.type)) {
      onstate('unsupported');
      clearInterval(timer);
      return;
    }
    feed ??= new Feed(
      audio,
      piece.type,
      () => undefined,
      () => startAnew(0),
    );
    feed.append(piece.bytes, (first.utc - base) / 1000 - first.media);
  }

  function startAnew(at: number) {
    fetching?.abort();
    fetching = undefined;
    feed?.close();
    feed = undefined;
    fetched = { start: at, end: at };
  }

  const timer = setInterval(() => {
    const at = base + video.currentTime * 1000;
    if (at < fetched.start || at > fetched.end) startAnew(at);
    if (!fetching && !rests && at > fetched.end - AHEAD_S * 1000) {
      const found = recordedAt(heard(), fetched.end);
      if (found && found.from < at + AHEAD_S * 1000) void fetchPiece(found.from, found.span);
    }
    if (feed && follow(audio, video)) onstate('playing');
    else if (fetching) onstate('loading');
    else if (!heard().some((one) => one.start <= at && at < one.end)) onstate('nothing');
  }, STEP_MS);
  onstate('loading');
  return () => {
    clearInterval(timer);
    clearTimeout(rest);
    fetching?.abort();
    feed?.close();
  };
}

/** Bring the sound to where the picture is; false where there is none for it. */
function follow(audio: HTMLAudioElement, video: HTMLVideoElement): boolean {
  const last = audio.buffered.length - 1;
  const at = video.currentTime;
  const here = last >= 0 && at >= audio.buffered.start(0) && at < audio.buffered.end(last) + 2;
  if (!here || video.paused || video.readyState < video.HAVE_FUTURE_DATA) {
    audio.pause();
    return here;
  }
  const move = inStep(audio.currentTime, at, audio.buffered.end(last), video.playbackRate);
  if (move.seek !== undefined) audio.currentTime = Math.max(move.seek, audio.buffered.start(0));
  if (audio.playbackRate !== move.rate) audio.playbackRate = move.rate;
  if (audio.paused) audio.play().catch(() => undefined);
  return true;
}
