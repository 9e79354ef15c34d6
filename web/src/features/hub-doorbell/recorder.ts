import { hush, microphone, type NoMicrophone } from '@/lib/microphone';

export interface Recording {
  /** What was said so far, as the browser records it. */
  finish(): Promise<Blob>;
  cancel(): void;
}

/** Record a short message, or say why there is no microphone. */
export async function record(): Promise<Recording | NoMicrophone> {
  const stream = await microphone();
  if (typeof stream === 'string') return stream;
  const recorder = new MediaRecorder(stream);
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  recorder.start();
  return {
    finish: () =>
      new Promise((resolve) => {
        recorder.onstop = () => {
          hush(stream);
          resolve(new Blob(pieces, { type: recorder.mimeType }));
        };
        recorder.stop();
      }),
    cancel: () => {
      recorder.stop();
      hush(stream);
    },
  };
}
