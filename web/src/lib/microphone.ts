import { downsampler } from './downsample';
import worklet from './microphone.worklet.ts?worker&url';

/** Why a page may not hear: browsers want https or localhost, the person's leave, and a microphone. */
export type NoMicrophone = 'insecure' | 'denied' | 'missing';

const BATCH = 320;

/** The person's microphone, or why there is none. Ask from a tap: only then do browsers ask the person. */
export async function microphone(): Promise<MediaStream | NoMicrophone> {
  if (!window.isSecureContext || !('mediaDevices' in navigator)) return 'insecure';
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotAllowedError' ? 'denied' : 'missing';
  }
}

/** Let the microphone go; the browser's sign that it is on goes out. */
export function hush(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Hand over what is heard, 40 ms at a time, as 8000 signed 16-bit samples a second. Answers how to stop. */
export async function hear(
  context: AudioContext,
  stream: MediaStream,
  onpcm: (pcm: Int16Array<ArrayBuffer>) => void,
): Promise<() => void> {
  await context.audioWorklet.addModule(worklet);
  const source = context.createMediaStreamSource(stream);
  const node = new AudioWorkletNode(context, 'microphone', { numberOfOutputs: 0 });
  const take = downsampler(context.sampleRate);
  let waiting: number[] = [];
  node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
    waiting.push(...take(data));
    if (waiting.length >= BATCH) {
      onpcm(Int16Array.from(waiting));
      waiting = [];
    }
  };
  source.connect(node);
  return () => {
    node.port.onmessage = null;
    source.disconnect();
  };
}
