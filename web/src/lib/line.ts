/** Lines to the hub that begin to bring before there is a place for what they bring. */

type Message = string | ArrayBuffer;

const UNHEARD_MS = 4_000;
const ahead = new Map<string, { line: Line; hangUp: () => void }>();

/** A WebSocket. What comes before somebody hears it waits. */
export class Line {
  readonly #socket: WebSocket;
  #waiting: Message[] = [];
  #hear: ((message: Message) => void) | undefined;
  #lost: (() => void) | undefined;
  #isLost = false;

  constructor(path: string) {
    this.#socket = new WebSocket(new URL(path, location.href.replace(/^http/, 'ws')));
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onmessage = ({ data }: MessageEvent<Message>) => {
      if (this.#hear) this.#hear(data);
      else this.#waiting.push(data);
    };
    this.#socket.onclose = () => {
      this.#isLost = true;
      this.#lost?.();
    };
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  hear(hear: (message: Message) => void, lost: () => void): void {
    this.#hear = hear;
    this.#lost = lost;
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach(hear);
  }

  /** As if the hub had hung up. */
  drop(): void {
    this.#socket.close();
  }

  /** Nobody hears it any more. */
  close(): void {
    this.#hear = () => undefined;
    this.#lost = undefined;
    this.#waiting = [];
    this.#socket.close();
  }
}

/** Call now what a part of the page will soon ask for, once; answers how to hang up if it never does. */
export function callAhead(path: string): () => void {
  const called = ahead.get(path);
  if (called && !called.line.isLost) return called.hangUp;
  const line = new Line(path);
  const hangUp = () => {
    clearTimeout(timer);
    if (ahead.get(path)?.line !== line) return;
    ahead.delete(path);
    line.close();
  };
  const timer = setTimeout(hangUp, UNHEARD_MS);
  ahead.set(path, { line, hangUp });
  return hangUp;
}

/** The line that was called ahead, or a new one. */
export function lineTo(path: string): Line {
  const line = ahead.get(path)?.line;
  ahead.delete(path);
  if (line && !line.isLost) return line;
  return new Line(path);
}
