import { t } from './messages/common';

export type Zone = 'local' | 'utc';
/** `moment`: 23 Nov, 08:30, with the year when it is another · `recent`: 08:30, with the day when it is another · `second`: 08:30:05 · `clock`: 08:30 · `date`: 23 Nov, as `moment` · `weekday`: Mon · `number`: 23 · `day`: Monday, 23 November · `full`: with year. */
export type TimeForm =
  'moment' | 'recent' | 'second' | 'clock' | 'date' | 'weekday' | 'number' | 'day' | 'full' | 'ago';

const FORMS: Record<Exclude<TimeForm, 'ago' | 'recent'>, Intl.DateTimeFormatOptions> = {
  moment: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  clock: { hour: '2-digit', minute: '2-digit' },
  date: { day: 'numeric', month: 'short' },
  weekday: { weekday: 'short' },
  number: { day: 'numeric' },
  day: { weekday: 'long', day: 'numeric', month: 'long' },
  full: {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  },
};
const LANGUAGE = 'en-GB';
const MINUTE = 60_000;
const NIGHT = 180 * MINUTE;

/** The other instant that a clock here shows alike: in the night in which clocks are set back, an hour comes twice. */
export function twinOf(at: number): number | undefined {
  const behind = (ms: number) => new Date(ms).getTimezoneOffset() * MINUTE;
  return [at - NIGHT, at + NIGHT]
    .map((near) => ({ near, twin: at + behind(near) - behind(at) }))
    .find(({ near, twin }) => twin !== at && behind(twin) === behind(near))?.twin;
}

/** A time as people read it; in UTC it says so, and which one it is of two that a clock shows alike. */
export function formatTime(at: string, form: TimeForm, zone: Zone = 'local', now = Date.now()): string {
  const instant = new Date(at);
  if (form === 'ago') return ago(instant.getTime(), now);
  const shown = form === 'recent' ? (sameDay(instant, new Date(now)) ? 'clock' : 'moment') : form;
  const options = { ...FORMS[shown] };
  if (zone === 'utc') options.timeZone = 'UTC';
  else if (options.minute && shown !== 'clock' && twinOf(instant.getTime()) !== undefined)
    options.timeZoneName = 'short';
  if ((shown === 'moment' || shown === 'date') && instant.getFullYear() !== new Date(now).getFullYear())
    options.year = 'numeric';
  const text = formatterOf(options).format(instant);
  return zone === 'utc' && form !== 'day' && form !== 'date' ? `${text} UTC` : text;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * Kept, since making one takes forty times as long as using it, and a timeline that is dragged writes many; not
 * beyond a journey, which changes what is local.
 */
function formatterOf(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${String(new Date().getTimezoneOffset())} ${JSON.stringify(options)}`;
  const formatter = formatters.get(key) ?? new Intl.DateTimeFormat(LANGUAGE, options);
  formatters.set(key, formatter);
  return formatter;
}

/** The day of the calendar where the reader is, `2026-11-23`. */
export function dayOf(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** A day of the calendar, `2026-11-23`, as people write it: `23 Nov 2026`. */
export function formatDay(day: string): string {
  const options: Intl.DateTimeFormatOptions = { ...FORMS.date, year: 'numeric', timeZone: 'UTC' };
  return formatterOf(options).format(new Date(`${day}T00:00:00Z`));
}

/** The end of the minute that holds it, as a window's end is written: none of it is left out. */
export function minuteUp(at: Date): Date {
  return new Date(Math.ceil(at.getTime() / 60_000) * 60_000);
}

/** `08:30 to 09:15, 23 Nov`; both days when they differ. To the minute, outward. */
export function formatRange(start: string, end: string, zone: Zone = 'local'): string {
  const options: Intl.DateTimeFormatOptions = { ...FORMS.moment, year: 'numeric', weekday: 'short' };
  if (zone === 'utc') options.timeZone = 'UTC';
  const text = formatterOf(options).formatRange(new Date(start), minuteUp(new Date(end)));
  return zone === 'utc' ? `${text} UTC` : text;
}

function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

function ago(then: number, now: number): string {
  const seconds = Math.round((now - then) / 1000);
  if (seconds < 5) return t('ago.now');
  if (seconds < 90) return t.count('ago.seconds', seconds);
  if (seconds < 90 * 60) return t.count('ago.minutes', Math.round(seconds / 60));
  if (seconds < 36 * 3600) return t.count('ago.hours', Math.round(seconds / 3600));
  return t.count('ago.days', Math.round(seconds / 86_400));
}

/** `1 h 5 min`, `42 s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, min, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (h > 0) return min > 0 ? `${h} h ${min} min` : `${h} h`;
  if (min > 0) return s > 0 && min < 10 ? `${min} min ${s} s` : `${min} min`;
  return `${s} s`;
}
