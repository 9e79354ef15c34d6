interface ManagedSource {
  new (): MediaSource;
  isTypeSupported(type: string): boolean;
}

/** Safari on phones has ManagedMediaSource only; everything else has MediaSource. */
const Source: ManagedSource | undefined =
  (globalThis as { ManagedMediaSource?: ManagedSource }).ManagedMediaSource ??
  (globalThis as { MediaSource?: ManagedSource }).MediaSource;

export function canPlay(type: string): boolean {
  return Source?.isTypeSupported(type) ?? false;
}

/** A `<video>` or `<audio>` that is fed bytes. Appends wait for one another; `close` releases everything. */
export class Feed {
  readonly #media: HTMLMediaElement;
  readonly #source: MediaSource;
  readonly #address: string;
  #buffer: SourceBuffer | undefined;
  #waiting: { bytes: Uint8Array<ArrayBuffer>; offset: number }[] = [];
  #closed = false;

  constructor(
    media: HTMLMediaElement,
    type: string,
    private readonly onappended: () => void,
    private readonly onbroken: () => void,
  ) {
    if (!Source) throw new TypeError('this browser has no MediaSource');
    this.#media = media;
    this.#source = new Source();
    this.#address = URL.createObjectURL(this.#source);
    this.#source.addEventListener('sourceopen', () => this.#open(type), { once: true });
    media.disableRemotePlayback = true;
    media.src = this.#address;
  }

  /** Media time `t` in `bytes` will play at `t + offset` seconds. */
  append(bytes: Uint8Array<ArrayBuffer>, offset = 0): void {
    this.#waiting.push({ bytes, offset });
    this.#pump();
  }

  /** Forget what lies before `seconds`. */
  drop(seconds: number): void {
    if (!this.#buffer || this.#buffer.updating || this.#buffer.buffered.length === 0) return;
    if (this.#buffer.buffered.start(0) < seconds) this.#buffer.remove(0, seconds);
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
    URL.revokeObjectURL(this.#address);
    if (this.#media.src === this.#address) {
      this.#media.removeAttribute('src');
      this.#media.load();
    }
  }

  #open(type: string): void {
    if (this.#closed) return;
    this.#buffer = this.#source.addSourceBuffer(type);
    this.#buffer.addEventListener('updateend', () => {
      if (this.#closed) return;
      this.#pump(); // first: what has come must not wait for what is dropped
      this.onappended();
    });
    this.#buffer.addEventListener('error', () => this.onbroken());
    this.#pump();
  }

  #pump(): void {
    if (!this.#buffer || this.#buffer.updating || this.#closed) return;
    const next = this.#waiting.shift();
    if (!next) return;
    try {
      if (this.#buffer.timestampOffset !== next.offset) this.#buffer.timestampOffset = next.offset;
      this.#buffer.appendBuffer(next.bytes);
    } catch {
      this.onbroken();
    }
  }
}
