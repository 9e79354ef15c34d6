import { recordedAt, type Stretch } from '@/lib/player';

/**
 * How several recordings are played as one: pure arithmetic, in milliseconds of recorded time since 1970.
 *
 * The foremost picture leads, and the others are drawn along. After a jump all wait for one another for a while; once
 * they run, nobody waits for one that stalls: it jumps ahead of the others and stands until they come by.
 */

/** One picture of several. */
export interface Picture {
  /** The instant it shows; undefined while that is on its way. */
  at: number | undefined;
  /** It could play on from there at once. */
  isReady: boolean;
  /** Nothing comes of it: nobody sees it, or it cannot be played. Time goes on without it. */
  isLost: boolean;
  recorded: readonly Stretch[];
  /** Up to here it is known what is recorded. */
  knownUntil: number;
  told?: Told | undefined;
}

/** What a picture does until the next look. */
export interface Told {
  shows: 'picture' | 'loading' | 'nothing';
  /** 0: stand still. */
  rate: number;
  /** Jump here, now. */
  seek?: number;
  /** Where it was last told to jump to. */
  sought?: number | undefined;
  /** So far ahead it jumps when it is left behind. */
  lead: number;
}

export interface Clock {
  at: number;
  /** For so long all have waited for one another; undefined while they run. */
  waited: number | undefined;
}

const NEAR = 40;
const FAR = 250;
const DRAW = 0.1;
const PATIENCE = 2_000;
const LEAD = 300;
const LEAD_MOST = 5_000;
/** So long before it is due, what comes after a break is fetched. */
const SOON = 5_000;
/** A picture that has come so near to the end of its recording has shown it. */
const TAIL = 500;

/** What is shown next, `elapsed` after the last look, at this many times the speed of life; 0 is a pause. */
export function together(
  clock: Clock,
  pictures: readonly Picture[],
  elapsed: number,
  rate: number,
): { clock: Clock; told: Told[] } {
  const next = advance(clock, pictures, elapsed, rate);
  return {
    clock: next,
    told: pictures.map((one) => tell(one, next, rate)),
  };
}

/** Where a jump begins. */
export const gathered = (at: number): Clock => ({ at, waited: 0 });

function advance(clock: Clock, pictures: readonly Picture[], elapsed: number, rate: number): Clock {
  const { at } = clock;
  if (rate === 0) return gathered(at);
  const due = pictures.filter((one) => !one.isLost && isDue(one, at));
  const expected = at + elapsed * rate;
  if (clock.waited !== undefined && due.length > 0) {
    const waited = clock.waited + elapsed;
    const there = due
      .filter((one) => one.isReady)
      .map((one) => one.at ?? -Infinity)
      .filter((one) => one >= at - NEAR);
    const begins = there.length === due.length || (there.length > 0 && waited > PATIENCE);
    return begins ? { at: Math.max(at, Math.min(...there)), waited: undefined } : { at, waited };
  }
  const running = due.filter((one) => one.isReady && one.told?.rate).map((one) => one.at ?? at);
  const along = running.filter((one) => one <= expected + FAR);
  if (along.length > 0) return { at: Math.max(at, ...along), waited: undefined };
  // All have stepped over a hole.
  if (running.length > 0) return { at: Math.min(...running), waited: undefined };
  if (due.length > 0) return gathered(at);
  if (pictures.some((one) => one.isLost && stretchAt(one, at))) return { at: expected, waited: undefined };
  if (pictures.some((one) => at >= one.knownUntil)) return gathered(at);
  const starts = pictures.flatMap((one) => one.recorded.map(({ start }) => start)).filter((one) => one > at);
  return gathered(starts.length > 0 ? Math.min(...starts) : at);
}

function tell(picture: Picture, clock: Clock, rate: number): Told {
  const { at, told } = picture;
  const before = { sought: told?.sought, lead: told?.lead ?? LEAD };
  const stretch = stretchAt(picture, clock.at);
  if (!stretch) {
    const shows = clock.at < picture.knownUntil ? 'nothing' : 'loading';
    const next = recordedAt(picture.recorded, clock.at)?.from;
    if (next === undefined || next - clock.at > SOON * rate) return { ...before, shows, rate: 0 };
    return { ...jump(before, next), shows, rate: 0 };
  }
  if (clock.waited !== undefined) {
    const shows = at !== undefined && Math.abs(at - clock.at) <= FAR ? 'picture' : 'loading';
    if (shows === 'picture' && Math.abs((at ?? 0) - clock.at) <= NEAR) return { ...before, shows, rate: 0 };
    return { ...jump(before, clock.at), shows, rate: 0 };
  }
  const ahead = Math.max(clock.at, Math.min(clock.at + before.lead * rate, stretch.end - TAIL));
  const overtake = { shows: 'loading' as const, rate: 0, seek: ahead, sought: ahead };
  if (at === undefined)
    return before.sought === undefined
      ? { ...before, ...overtake }
      : { ...before, shows: 'loading', rate: 0 };
  const off = at - clock.at;
  const shows = Math.abs(off) <= FAR ? 'picture' : 'loading';
  if (off > FAR || (off > NEAR && !told?.rate)) return { ...before, shows, rate: 0 };
  if (off < -FAR && picture.isReady) return { ...overtake, lead: Math.min(before.lead * 2, LEAD_MOST) };
  const drawn = off > NEAR ? 1 - DRAW : off < -NEAR ? 1 + DRAW : 1;
  return { sought: undefined, lead: LEAD, shows, rate: rate * drawn };
}

/** Each place is jumped to once: where a recording has a hole, the picture comes as near as there is one. */
function jump(before: Pick<Told, 'sought' | 'lead'>, to: number): Pick<Told, 'seek' | 'sought' | 'lead'> {
  return before.sought === to ? before : { ...before, seek: to, sought: to };
}

function isDue(picture: Picture, at: number): boolean {
  const stretch = stretchAt(picture, at);
  return stretch !== undefined && (picture.isReady || stretch.end - at > TAIL);
}

function stretchAt({ recorded }: Picture, at: number): Stretch | undefined {
  return recorded.find((one) => one.start <= at && at < one.end);
}
