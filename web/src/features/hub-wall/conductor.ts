import type { Player, Stretch } from '@/lib/player';
import { gathered, together, type Clock, type Told } from './together';

export type Shows = Told['shows'] | 'broken';

/** One of the cameras that are shown, and what is known of it. */
export interface Part {
  camera: string;
  recorded: readonly Stretch[];
  knownUntil: number;
}

/** What plays a camera: nothing where nobody sees it. */
interface Place {
  player: Player | undefined;
  told?: Told;
}

const LOOK_MS = 200;
/** A page that was asleep for longer has not been watched. */
const ASLEEP_MS = 5_000;

/** Has the pictures of several cameras play as one: looks where each is, and tells it what to do. */
export class Conductor {
  #clock: Clock;
  #lookedAt = performance.now();
  #isPaused = false;
  readonly #places = new Map<string, Place>();
  readonly #looking = setInterval(() => this.#look(), LOOK_MS);

  constructor(
    at: number,
    private readonly parts: () => readonly Part[],
    private readonly onlook: (at: number, shows: Record<string, Shows>) => void,
  ) {
    this.#clock = gathered(at);
  }

  /** This camera is played by it from now on, or seen by nobody; answers how to end that. */
  take(camera: string, player: Player | undefined): () => void {
    const place = { player };
    this.#places.set(camera, place);
    return () => {
      if (this.#places.get(camera) === place) this.#places.delete(camera);
    };
  }

  seek(at: number): void {
    for (const place of this.#places.values()) delete place.told;
    this.#clock = gathered(at);
    this.#look();
  }

  pause(isPaused: boolean): void {
    this.#look();
    this.#isPaused = isPaused;
    this.#look();
  }

  close(): void {
    clearInterval(this.#looking);
  }

  #look(): void {
    const now = performance.now();
    const elapsed = Math.min(now - this.#lookedAt, ASLEEP_MS);
    this.#lookedAt = now;
    const parts = this.parts();
    if (parts.length === 0) return;
    const places = parts.map((part) => this.#places.get(part.camera));
    const pictures = parts.map(({ recorded, knownUntil }, i) => {
      const place = places[i];
      return {
        at: place?.player?.at,
        isReady: place?.player?.isReady ?? false,
        isLost: place !== undefined && (place.player?.isBroken ?? true),
        recorded,
        knownUntil,
        told: place?.told,
      };
    });
    const next = together(this.#clock, pictures, elapsed, this.#isPaused || document.hidden ? 0 : 1);
    this.#clock = next.clock;
    const shows: Record<string, Shows> = {};
    for (const [i, told] of next.told.entries()) {
      const place = places[i];
      if (place?.player) act(place.player, told);
      if (place) place.told = told;
      const camera = parts[i]?.camera;
      if (camera) shows[camera] = place?.player?.isBroken && told.shows !== 'nothing' ? 'broken' : told.shows;
    }
    this.onlook(next.clock.at, shows);
  }
}

function act(player: Player, told: Told): void {
  if (told.rate > 0) player.run(told.rate);
  else player.hold();
  if (told.seek !== undefined) player.seek(told.seek);
}
