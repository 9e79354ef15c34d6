import type { Timeline } from '@/api/hub';
import { beside, dayOf, leadUp, millis, union } from '@/lib/day';
import type { Stretch } from '@/lib/player';
import { resource } from '@/lib/resource.svelte';
import { Conductor, type Part, type Shows } from './conductor';
import { lines } from './queries';

/** So far the keys and buttons beside Pause go. */
export const STEP_MS = 10_000;

const LINES_MS = 10_000;
/** What is shown is nearly as new as what is known: more is asked for. */
const CLOSE_MS = 20_000;
const CLOSE_LINES_MS = 2_000;
/** So long after it was filmed, a picture is surely on the disk. */
const ON_DISK_MS = 5_000;
const LIVE_MS = 2_000;
/** Whoever has come so near to midnight has seen the day. */
const TAIL_MS = 600;

/** Looking back at several cameras together: which day, which instant, and what is known of them. */
export class LookingBack {
  now = $state(Date.now());
  /** undefined: what is live. */
  at: number | undefined = $state();
  day: Stretch = $state.raw(dayOf(Date.now()));
  isPaused = $state(false);
  /** Where it was jumped to, until every picture is there. */
  awaited: number | undefined = $state();
  shows: Readonly<Record<string, Shows>> = $state.raw({});
  conductor: Conductor | undefined = $state.raw();

  readonly known = resource(() => lines(this.cameras(), this.day), LINES_MS);
  readonly #lines = $derived(this.known.value?.of === this.day ? this.known.value : undefined);
  readonly #all: Timeline[] = $derived([...(this.#lines?.byCamera.values() ?? [])]);
  readonly #recordings: Readonly<Record<string, Stretch[]>> = $derived(
    Object.fromEntries(
      [...(this.#lines?.byCamera ?? [])].map(([id, line]) => [id, line.recorded.map(millis)]),
    ),
  );
  readonly isKnown = $derived.by(() => this.cameras().every((id) => this.#lines?.byCamera.has(id)));
  readonly recorded = $derived(union(Object.values(this.#recordings).flat()));
  readonly events = $derived(this.#all.flatMap((line) => line.events));
  readonly activity = $derived(this.#all.flatMap((line) => line.activity));

  constructor(
    /** Those that are shown. */
    private readonly cameras: () => readonly string[],
    begin: number | undefined,
  ) {
    if (begin !== undefined) this.seek(begin);
    $effect(() => {
      const clock = setInterval(() => (this.now = Date.now()), 1_000);
      const asking = setInterval(() => {
        const asked = this.#lines?.askedAt ?? Infinity;
        if ((this.at ?? 0) > asked - CLOSE_MS) void this.known.reload();
      }, CLOSE_LINES_MS);
      return () => {
        clearInterval(clock);
        clearInterval(asking);
        this.#end();
      };
    });
  }

  recordingOf(camera: string): readonly Stretch[] {
    return this.#recordings[camera] ?? [];
  }

  heardOf(camera: string): readonly Stretch[] {
    return (this.#lines?.byCamera.get(camera)?.heard ?? []).map(millis);
  }

  seek(to: number): void {
    if (to >= Date.now() - LIVE_MS) {
      this.live();
      return;
    }
    if (to < this.day.start || to >= this.day.end) this.day = dayOf(to);
    this.at = this.awaited = to;
    if (this.conductor) this.conductor.seek(to);
    else {
      this.conductor = new Conductor(
        to,
        () => this.#parts(),
        (at, shows) => this.#took(at, shows),
      );
    }
  }

  live(): void {
    this.#end();
    const now = Date.now();
    if (now < this.day.start || now >= this.day.end) this.day = dayOf(now);
  }

  toggle(): void {
    this.isPaused = !this.isPaused;
    this.conductor?.pause(this.isPaused);
  }

  /** The same time of another day. */
  turn(to: Stretch): void {
    if (Date.now() < to.end) {
      this.live();
      return;
    }
    const into = this.at === undefined ? 0 : this.at - this.day.start;
    this.seek(Math.min(to.start + into, to.end - 1));
  }

  /** To the next or last event of any of them. */
  step(direction: 1 | -1): void {
    const starts = this.events.map((one) => leadUp(Date.parse(one.start), this.recordingOf(one.camera)));
    const to = beside(starts, this.at ?? this.now, direction);
    if (to !== undefined) this.seek(to);
  }

  #took(at: number, shows: Record<string, Shows>): void {
    this.at = at;
    this.shows = shows;
    if (Object.values(shows).every((one) => one !== 'loading')) this.awaited = undefined;
    if (at >= this.day.end - TAIL_MS) this.seek(this.day.end);
  }

  #parts(): Part[] {
    const known = this.#lines;
    if (!known) return [];
    return this.cameras().map((camera) => ({
      camera,
      recorded: this.recordingOf(camera),
      knownUntil: known.byCamera.has(camera) ? known.askedAt - ON_DISK_MS : -Infinity,
    }));
  }

  #end(): void {
    this.conductor?.close();
    this.conductor = this.at = this.awaited = undefined;
    this.isPaused = false;
    this.shows = {};
  }
}
