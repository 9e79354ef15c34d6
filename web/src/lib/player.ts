import { codecOf, firstKeyframe } from './mp4';
import { canPlay, Feed } from './mse';

/** A stretch of time in milliseconds since 1970: [start, end). */
export interface Stretch {
  start: number;
  end: number;
}

export type PlayerState = 'loading' | 'playing' | 'paused' | 'nothing' | 'broken';

interface Watched {
  /** The recording's bytes of this time, from the keyframe before it; undefined where there is nothing. */
  piece: (start: number, end: number, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Zero on the video's own clock, in milliseconds since 1970. */
  base: number;
  recorded: () => readonly Stretch[];
  ontime: (at: number) => void;
  onstate: (state: PlayerState) => void;
}

/** The first piece after a jump is short, so that it is soon there. */
const FIRST_MS = 5_000;
const PIECE_MS = 20_000;
const AHEAD_S = 10;
const BEHIND_S = 60;
/** How often a picture that has caught up with the recording looks whether there is more. */
const LOOK_MS = 1_000;

/** The stretch that holds `at`, or the next one after it, and from where in it to play. */
export function recordedAt(stretches: readonly Stretch[], at: number) {
  const span = stretches.find((one) => one.end > at);
  return span && { span, from: Math.max(at, span.start) };
}

/**
 * Plays a camera's recordings by wall-clock time: pieces are fetched ahead and laid on one time line, so that the
 * video's own clock is the time of day and a break in the recording is simply stepped over.
 */
export class Player {
  #feed: Feed | undefined;
  #fetching: AbortController | undefined;
  #next = 0;
  #target: number | undefined;
  #closed = false;
  #held = false;
  #broken = false;
  readonly #looking = setInterval(() => this.#onward(), LOOK_MS);

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly watched: Watched,
  ) {
    video.ontimeupdate = () => {
      if (this.#target !== undefined || !this.#feed) return;
      watched.ontime(watched.base + video.currentTime * 1000);
      this.#onward();
    };
    video.onplaying = () => watched.onstate('playing');
    video.onpause = () => watched.onstate('paused');
    video.onwaiting = () => this.#onward();
  }

  /** Show the picture of this instant, or the next one recorded after it, and play on from there. */
  seek(at: number): void {
    this.#broken = false;
    const found = recordedAt(this.watched.recorded(), at);
    if (!found) {
      this.#stop();
      this.watched.onstate('nothing');
      return;
    }
    const seconds = (found.from - this.watched.base) / 1000;
    if (this.#feed && covers(this.video.buffered, seconds)) {
      this.video.currentTime = seconds;
      this.#play();
      return;
    }
    this.#stop();
    this.#target = seconds;
    this.watched.onstate('loading');
    void this.#fetch(found.from, found.span);
  }

  toggle(): void {
    if (this.video.paused) this.#play();
    else this.video.pause();
  }

  /** The instant that is shown; undefined while it is on its way. */
  get at(): number | undefined {
    if (!this.#feed || this.#target !== undefined || this.video.seeking) return undefined;
    return this.watched.base + this.video.currentTime * 1000;
  }

  /** Whether it could play on from there at once. */
  get isReady(): boolean {
    return this.at !== undefined && this.video.readyState >= this.video.HAVE_FUTURE_DATA;
  }

  get isBroken(): boolean {
    return this.#broken;
  }

  /** Stand still, also after a jump, until it is told to run. */
  hold(): void {
    this.#held = true;
    if (!this.video.paused) this.video.pause();
  }

  run(rate: number): void {
    this.#held = false;
    if (this.video.playbackRate !== rate) this.video.playbackRate = rate;
    if (this.video.paused) this.#play();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#looking);
    this.#stop();
    this.video.ontimeupdate = this.video.onplaying = this.video.onpause = this.video.onwaiting = null;
  }

  #play(): void {
    if (this.#held) return;
    void this.video.play().catch(() => {
      if (this.#target === undefined) this.watched.onstate('paused');
    });
  }

  #break(): void {
    this.#broken = true;
    this.watched.onstate('broken');
  }

  #stop(): void {
    this.#fetching?.abort();
    this.#fetching = undefined;
    this.#feed?.close();
    this.#feed = undefined;
  }

  async #fetch(from: number, span: Stretch): Promise<void> {
    const controller = new AbortController();
    this.#fetching = controller;
    const end = Math.min(from + (this.#target === undefined ? PIECE_MS : FIRST_MS), span.end);
    const bytes = await this.watched.piece(from, end, controller.signal).catch(() => undefined);
    if (controller.signal.aborted || this.#closed) return;
    this.#fetching = undefined;
    const codec = bytes && codecOf(bytes);
    const first = bytes && firstKeyframe(bytes);
    if (!bytes || !codec || !first || !canPlay(codec)) {
      if (this.#target !== undefined) this.#break();
      return;
    }
    this.#feed ??= new Feed(
      this.video,
      codec,
      () => this.#appended(),
      () => this.#break(),
    );
    this.#next = end;
    this.#feed.append(bytes, (first.utc - this.watched.base) / 1000 - first.media);
  }

  #appended(): void {
    const { video } = this;
    if (this.#target !== undefined && video.buffered.length > 0) {
      const last = video.buffered.length - 1;
      video.currentTime = Math.max(this.#target, video.buffered.start(last));
      this.#target = undefined;
      this.#play();
    }
    if (video.currentTime - BEHIND_S > 0) this.#feed?.drop(video.currentTime - BEHIND_S);
    this.#onward();
  }

  /** Fetch what comes next, and step over a break once the picture has reached it. */
  #onward(): void {
    if (this.#fetching || !this.#feed || this.#target !== undefined) return;
    const { video } = this;
    const ends = [...range(video.buffered.length)].map((i) => video.buffered.end(i));
    const here = ends.find((end) => end > video.currentTime + 0.05);
    if (here === undefined) {
      const start = [...range(video.buffered.length)]
        .map((i) => video.buffered.start(i))
        .find((one) => one > video.currentTime);
      if (start !== undefined) {
        video.currentTime = start;
        return;
      }
    }
    const newest = ends.at(-1) ?? 0;
    if (newest - video.currentTime > AHEAD_S) return;
    const found = recordedAt(this.watched.recorded(), this.#next);
    if (found) void this.#fetch(found.from, found.span);
  }
}

function* range(length: number) {
  for (let i = 0; i < length; i++) yield i;
}

function covers(buffered: TimeRanges, seconds: number): boolean {
  return [...range(buffered.length)].some(
    (i) => buffered.start(i) <= seconds && seconds < buffered.end(i) - 0.2,
  );
}
