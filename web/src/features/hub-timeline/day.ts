import type { Heat, Span } from '@/api/hub';
import type { Stretch } from '@/lib/player';

const HOUR = 3_600_000;
const MINUTE = 60_000;

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

/** How many hours to show at first: as few as hold all that is recorded. */
export function fittingHours(recorded: readonly Stretch[]): 1 | 6 | 24 {
  const first = recorded[0]?.start ?? 0;
  const last = recorded.at(-1)?.end ?? 24 * HOUR;
  const hours = (last - first) / HOUR;
  return hours < 0.4 ? 1 : hours < 2.5 ? 6 : 24;
}

/** `hours` of the day around `at`; the whole day for 24. */
export function around(day: Stretch, at: number, hours: number): Stretch {
  const length = day.end - day.start;
  const wanted = Math.min(length, hours >= 24 ? length : hours * HOUR);
  const start = Math.min(Math.max(day.start, at - wanted / 2), day.end - wanted);
  return { start, end: start + wanted };
}

/** Where `at` lies in the view, 0 to 1 inside of it. */
export function share(at: number, view: Stretch): number {
  return (at - view.start) / (view.end - view.start);
}

/** Full hours (or quarters, when close) to write below the strip: a handful, evenly apart. */
export function marks(view: Stretch): number[] {
  const hours = (view.end - view.start) / HOUR;
  const step = hours > 12 ? 6 * HOUR : hours > 3 ? HOUR : 15 * MINUTE;
  const found: number[] = [];
  const first = dayOf(view.start).start;
  for (let at = first; at < view.end; at += step) if (at >= view.start) found.push(at);
  return found;
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
