import type { RingSound } from '@/api/hub';

/** One struck note: when, how high, how long it rings, how loud. */
interface Strike {
  at: number;
  hertz: number;
  seconds: number;
  gain: number;
  wave: OscillatorType;
}

const STRIKES: Record<RingSound, Strike[]> = {
  'two-tone': [
    { at: 0, hertz: 659.26, seconds: 1.1, gain: 0.5, wave: 'sine' },
    { at: 0, hertz: 1318.5, seconds: 0.5, gain: 0.12, wave: 'sine' },
    { at: 0.55, hertz: 523.25, seconds: 1.6, gain: 0.5, wave: 'sine' },
    { at: 0.55, hertz: 1046.5, seconds: 0.7, gain: 0.12, wave: 'sine' },
  ],
  bell: [
    { at: 0, hertz: 880, seconds: 2.2, gain: 0.35, wave: 'sine' },
    { at: 0, hertz: 2112, seconds: 1.4, gain: 0.15, wave: 'sine' },
    { at: 0, hertz: 3520, seconds: 0.7, gain: 0.06, wave: 'sine' },
  ],
  knock: [0, 0.22, 0.44].map((at) => ({
    at,
    hertz: 150,
    seconds: 0.12,
    gain: 0.9,
    wave: 'triangle' as const,
  })),
  none: [],
};
const AGAIN_MS = 3_500;
const TIMES = 4;

let context: AudioContext | undefined;

/** Browsers let a page make sound only after the person has touched it once; call it early. */
export function unlockRinging(): () => void {
  const touched = () => {
    context ??= new AudioContext();
    void context.resume();
  };
  const events = ['pointerdown', 'keydown'] as const;
  for (const name of events) window.addEventListener(name, touched);
  return () => {
    for (const name of events) window.removeEventListener(name, touched);
  };
}

/** Whether a ring can be heard now. */
export const canRing = () => context?.state === 'running';

/** Ring a few times, the first at once. Answers how to stop. */
export function ring(sound: RingSound): () => void {
  let times = 0;
  const once = () => {
    if (++times >= TIMES) clearInterval(timer);
    strike(sound);
  };
  const timer = setInterval(once, AGAIN_MS);
  once();
  return () => clearInterval(timer);
}

/** Once. */
export function strike(sound: RingSound): void {
  context ??= new AudioContext();
  void context.resume();
  for (const note of STRIKES[sound]) play(context, note);
}

function play(audio: AudioContext, { at, hertz, seconds, gain, wave }: Strike) {
  const start = audio.currentTime + at;
  const voice = new OscillatorNode(audio, { type: wave, frequency: hertz });
  const level = new GainNode(audio, { gain: 0 });
  level.gain.setValueAtTime(0, start);
  level.gain.linearRampToValueAtTime(gain, start + 0.008);
  level.gain.exponentialRampToValueAtTime(0.001, start + seconds);
  voice.connect(level).connect(audio.destination);
  voice.start(start);
  voice.stop(start + seconds + 0.05);
}
