import type { EventCount, Heat, MotionEvent, Span } from '@/api/hub';
import { recordedAt, type Stretch } from './player';
import { twinOf } from './time';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH_DAYS = 30;
const iso = (ms: number) => new Date(ms).toISOString();

/** How much is shown at once, from far to near. */
export const ZOOMS = ['month', 'day', 'hours', 'hour', 'minutes'] as const;
export type Zoom = (typeof ZOOMS)[number];
/** Those of a day or less. */
export type Near = Exclude<Zoom, 'month'>;
export const NEAR: readonly Near[] = ['day', 'hours', 'hour', 'minutes'];
const LENGTHS: Record<Zoom, number> = {
  month: MONTH_DAYS * DAY,
  day: DAY,
  hours: 6 * HOUR,
  hour: HOUR,
  minutes: 10 * MINUTE,
};

/** The next nearer or farther one; the same at the ends. */
export function zoomed(zoom: Zoom, by: 1 | -1): Zoom {
  return ZOOMS[ZOOMS.indexOf(zoom) + by] ?? zoom;
}

/** The local day that holds `at`; 23 or 25 hours long when the clocks change. */
export function dayOf(at: number): Stretch {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  const start = day.getTime();
  day.setDate(day.getDate() + 1);
  return { start, end: day.getTime() };
}

export function dayBefore(day: Stretch): Stretch {
  return dayOf(day.start - 12 * HOUR);
}

export function dayAfter(day: Stretch): Stretch {
  return dayOf(day.end + 12 * HOUR);
}

/** The thirty local days that hold `day`, counted back from the one that holds `now`. */
export function monthOf(day: Stretch, now: number): Stretch {
  const today = dayOf(now);
  const back = Math.max(0, Math.ceil((today.end - day.end - HOUR) / DAY));
  const last = dayOf(today.end - Math.floor(back / MONTH_DAYS) * MONTH_DAYS * DAY - DAY / 2);
  return { start: dayOf(last.end - (MONTH_DAYS - 0.5) * DAY).start, end: last.end };
}

/** What is known of one day of a month. */
export interface Day extends Stretch {
  recorded: boolean;
  motions: number;
  presses: number;
}

/** The days of a month, each with what is recorded of it and how many events began in it. */
export function daysOf(month: Stretch, recorded: readonly Stretch[], counts: readonly EventCount[]): Day[] {
  const days: Day[] = [];
  for (let day = dayOf(month.start); day.start < month.end; day = dayAfter(day)) {
    const { start, end } = day;
    days.push({
      ...day,
      recorded: recorded.some((one) => one.start < end && one.end > start),
      motions: 0,
      presses: 0,
    });
  }
  for (const count of counts) {
    const at = Date.parse(count.at);
    const day = days.find((one) => one.start <= at && at < one.end);
    if (!day) continue;
    day.motions += count.motions;
    day.presses += count.presses;
  }
  return days;
}

/** An event, or all those of a day, as the strip shows it. */
export type Mark = Pick<MotionEvent, 'id' | 'kind' | 'start' | 'end'>;

/** What the strip of a month marks: one for each day and kind. */
export function dayMarks(days: readonly Day[], kind: 'all' | Mark['kind']): Mark[] {
  const wanted = (one: Mark['kind'], n: number) => n > 0 && (kind === 'all' || kind === one);
  return days.flatMap((day) => {
    const start = iso(day.start);
    return [
      ...(wanted('motion', day.motions)
        ? [{ id: `m${start}`, kind: 'motion' as const, start, end: iso(day.end) }]
        : []),
      ...(wanted('press', day.presses)
        ? [{ id: `p${start}`, kind: 'press' as const, start: iso(day.start + DAY / 2), end: iso(day.end) }]
        : []),
    ];
  });
}

/** Monday is 1. */
export function weekdayOf(day: Stretch): number {
  return new Date(day.start).getDay() || 7;
}

/** How much to show at first: as little as holds all that is recorded on a day. */
export function fitting(recorded: readonly Stretch[]): Near {
  const first = recorded[0]?.start ?? 0;
  const last = recorded.at(-1)?.end ?? DAY;
  const hours = (last - first) / HOUR;
  return hours < 0.4 ? 'hour' : hours < 2.5 ? 'hours' : 'day';
}

/** The part of the day around `at`, or the whole of it. */
export function around(day: Stretch, at: number, zoom: Near): Stretch {
  const length = day.end - day.start;
  const wanted = zoom === 'day' ? length : LENGTHS[zoom];
  const start = Math.min(Math.max(day.start, at - wanted / 2), day.end - wanted);
  return { start, end: start + wanted };
}

const PRE_ROLL_MS = 10_000;

/** An event is watched from a little before it, as far as there is a recording without a break. */
export function leadUp(start: number, recorded: readonly Stretch[]): number {
  const stretch = recorded.find((one) => one.start <= start && start < one.end);
  return Math.max(start - PRE_ROLL_MS, stretch?.start ?? start);
}

/** The next or last of these instants; backwards, one that has only begun to play is passed over. */
export function beside(instants: readonly number[], at: number, direction: 1 | -1): number | undefined {
  const sorted = [...instants].sort((a, b) => a - b);
  return direction === 1 ? sorted.find((one) => one > at + 500) : sorted.findLast((one) => one < at - 3_000);
}

/** What any of them covers. */
export function union(stretches: readonly Stretch[]): Stretch[] {
  const whole: Stretch[] = [];
  for (const one of [...stretches].sort((a, b) => a.start - b.start)) {
    const last = whole.at(-1);
    if (last && one.start <= last.end) last.end = Math.max(last.end, one.end);
    else whole.push({ ...one });
  }
  return whole;
}

/** Where `at` lies in the view, 0 to 1 inside of it. */
export function share(at: number, view: Stretch): number {
  return (at - view.start) / (view.end - view.start);
}

const QUARTERS = [0, 6, 12, 18];

/** Times to write below the strip: a handful, evenly apart; days when a month is shown. */
export function marks(view: Stretch): number[] {
  const hours = (view.end - view.start) / HOUR;
  const found: number[] = [];
  if (hours > 48) {
    for (let at = dayOf(view.start).start; at < view.end; at = dayOf(at + 5.5 * DAY).start) found.push(at);
    return found;
  }
  if (hours > 12) return QUARTERS.map((hour) => new Date(view.start).setHours(hour, 0, 0, 0));
  const step = hours > 3 ? HOUR : hours > 0.5 ? 15 * MINUTE : 2 * MINUTE;
  const first = dayOf(view.start).start;
  for (let at = first; at < view.end; at += step) if (at >= view.start) found.push(at);
  return found;
}

/** How far arrow keys go, with Shift, and Page Up and Down: an hour's work is not done minute by minute. */
export function steps(zoom: Zoom): { step: number; fine: number; far: number } {
  if (zoom === 'month') return { step: 6 * HOUR, fine: HOUR, far: DAY };
  return { step: MINUTE, fine: 10_000, far: HOUR };
}

/** Whether there is a small picture of `at`: of that instant, or of the first one recorded in the minute after it. */
export function isPictured(at: number, recorded: readonly Stretch[]): boolean {
  const found = recordedAt(recorded, at);
  return found !== undefined && found.from - at < MINUTE;
}

const PLACES = 200;

/** The instant whose picture stands for `at`: near ones share it, so that it is fetched once. */
export function pictured(at: number, view: Stretch, recorded: readonly Stretch[]): number | undefined {
  const span = recorded.find((one) => one.start <= at && at < one.end);
  if (!span) return undefined;
  const step = Math.max(1000, Math.round((view.end - view.start) / PLACES / 1000) * 1000);
  return Math.max(Math.floor(at / step) * step, Math.ceil(span.start / 1000) * 1000);
}

/** As a `datetime-local` field wants it: local, to the second. */
export function toField(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * MINUTE);
  return local.toISOString().slice(0, 19);
}

/** Of two instants that are written alike, the one that is nearer to what the field held before. */
export function fromField(text: string, before: number): number | undefined {
  const at = Date.parse(text);
  if (Number.isNaN(at)) return undefined;
  const twin = twinOf(at) ?? at;
  return Math.abs(twin - before) < Math.abs(at - before) ? twin : at;
}

export function millis(span: Span): Stretch {
  return { start: Date.parse(span.start), end: Date.parse(span.end) };
}

const BARS = 240;

/** The heat as bars in one path, in a box of `width` by 1: a minute each, or as many as keep a bar visible. */
export function heatPath(activity: readonly Heat[], view: Stretch, width: number): string {
  const bar = Math.max(MINUTE, MINUTE * Math.ceil((view.end - view.start) / MINUTE / BARS));
  const highest = new Map<number, number>();
  for (const { at, heat } of activity) {
    const start = Math.floor(Date.parse(at) / bar) * bar;
    if (heat > 0) highest.set(start, Math.max(heat, highest.get(start) ?? 0));
  }
  let path = '';
  for (const [start, heat] of highest) {
    if (start + bar <= view.start || start >= view.end) continue;
    const x = Math.max(0, share(start, view) * width);
    const right = Math.min(width, share(start + bar, view) * width);
    path += `M${round(x)} 1v-${round(Math.min(1, 0.15 + 0.75 * heat))}H${round(right)}V1z`;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
