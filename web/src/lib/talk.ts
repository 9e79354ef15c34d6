import { RATE } from './downsample';
import { hear, hush, microphone, type NoMicrophone } from './microphone';

export type TalkState =
  | { kind: 'asking' }
  | { kind: 'calling' }
  | { kind: 'talking' }
  | { kind: 'no-microphone'; why: NoMicrophone }
  | { kind: 'refused'; message: string }
  | { kind: 'ended' };

interface Said {
  state: 'talking' | 'refused';
  message?: string;
}

const LEAD_SECONDS = 0.08;
const MOST_BEHIND_SECONDS = 0.5;

/** Talk at a camera's door and hear who stands there. Call it from a tap; call what is answered to end. */
export function talk(camera: string, onstate: (state: TalkState) => void): () => void {
  let over = false;
  const leave: (() => void)[] = [];

  function end(state: TalkState) {
    if (over) return;
    over = true;
    for (const act of leave.reverse()) act();
    onstate(state);
  }

  async function begin() {
    onstate({ kind: 'asking' });
    const context = new AudioContext();
    leave.push(() => void context.close());
    const stream = await microphone();
    if (typeof stream === 'string') {
      end({ kind: 'no-microphone', why: stream });
      return;
    }
    if (over) hush(stream);
    else {
      leave.push(() => hush(stream));
      onstate({ kind: 'calling' });
      call(context, stream);
    }
  }

  function call(context: AudioContext, stream: MediaStream) {
    const path = `/api/cameras/${encodeURIComponent(camera)}/talk`;
    const socket = new WebSocket(new URL(path, location.href.replace(/^http/, 'ws')));
    socket.binaryType = 'arraybuffer';
    const play = speaker(context);
    leave.push(() => {
      socket.onclose = null;
      socket.close();
    });
    socket.onclose = () => end({ kind: 'ended' });
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string') play(new Int16Array(data));
      else answered(JSON.parse(data) as Said);
    };

    function answered(said: Said) {
      if (said.state === 'refused') {
        end({ kind: 'refused', message: said.message ?? '' });
        return;
      }
      onstate({ kind: 'talking' });
      void context.resume();
      void hear(context, stream, (pcm) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(pcm);
      }).then(
        (stop) => (over ? stop() : leave.push(stop)),
        () => end({ kind: 'ended' }),
      );
    }
  }

  void begin();
  return () => end({ kind: 'ended' });
}

/** Plays pieces of sound one after another, close to when they come. */
function speaker(context: AudioContext): (pcm: Int16Array) => void {
  let next = 0;
  return (pcm) => {
    if (pcm.length === 0 || next > context.currentTime + MOST_BEHIND_SECONDS) return;
    const piece = context.createBuffer(1, pcm.length, RATE);
    piece.copyToChannel(
      Float32Array.from(pcm, (one) => one / 32768),
      0,
    );
    const source = context.createBufferSource();
    source.buffer = piece;
    source.connect(context.destination);
    next = next < context.currentTime ? context.currentTime + LEAD_SECONDS : next;
    source.start(next);
    next += piece.duration;
  };
}
