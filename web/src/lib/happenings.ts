import { retryAfter } from './edge';

/** One thing that happened in this home, as the hub's bulletin tells it (`hub/events/bulletin.py`). */
export interface Happening {
  kind:
    | 'motion-began'
    | 'motion-ended'
    | 'press'
    | 'press-late'
    | 'answered'
    | 'camera-away'
    | 'camera-back'
    | 'request'
    | 'device'
    | 'disk-full';
  /** RFC 3339. */
  at: string;
  camera: string | null;
  event: string | null;
  request: string | null;
  about: string;
}

interface Listener {
  told: (happening: Happening) => void;
  /** The line stands, now or again: what happened before was not told. */
  connected: (() => void) | undefined;
}

const PATH = '/api/happenings';
const listeners = new Set<Listener>();
let socket: WebSocket | undefined;
let later: ReturnType<typeof setTimeout> | undefined;
let tries = 0;
let hiddenAt: number | undefined;

/** So long a page may be out of sight before its line is taken for dead: a phone that slept is told of no end. */
const OUT_OF_SIGHT_MS = 30_000;

/**
 * Be told what happens, while it happens; call what is answered to stop. All listeners of a page share one line,
 * which comes back by itself. `connected` is called each time it stands, so that a page can ask what it missed.
 */
export function listen(told: Listener['told'], connected?: Listener['connected']): () => void {
  const listener = { told, connected };
  listeners.add(listener);
  if (listeners.size === 1) begin();
  else if (socket?.readyState === WebSocket.OPEN) connected?.();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) end();
  };
}

function begin() {
  tries = 0;
  document.addEventListener('visibilitychange', hurry);
  window.addEventListener('online', hurry);
  connect();
}

function end() {
  clearTimeout(later);
  later = undefined;
  document.removeEventListener('visibilitychange', hurry);
  window.removeEventListener('online', hurry);
  hiddenAt = undefined;
  drop();
}

function connect() {
  later = undefined;
  socket = new WebSocket(new URL(PATH, location.href.replace(/^http/, 'ws')));
  socket.onopen = () => {
    tries = 0;
    for (const one of listeners) one.connected?.();
  };
  socket.onmessage = ({ data }: MessageEvent<string>) => {
    const happening = JSON.parse(data) as Happening;
    for (const one of listeners) one.told(happening);
  };
  socket.onclose = () => (later = setTimeout(connect, retryAfter(tries++)));
}

/** Somebody looks again, or the network is back: do not wait for the next try, nor for the end of a dead line. */
function hurry() {
  if (document.hidden) {
    hiddenAt ??= Date.now();
    return;
  }
  const wasAway = hiddenAt !== undefined && Date.now() - hiddenAt > OUT_OF_SIGHT_MS;
  hiddenAt = undefined;
  if (later === undefined && !wasAway) return;
  clearTimeout(later);
  tries = 0;
  drop();
  connect();
}

function drop() {
  if (socket) socket.onclose = socket.onmessage = socket.onopen = null;
  socket?.close();
  socket = undefined;
}
