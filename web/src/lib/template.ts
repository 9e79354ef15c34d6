/** A template filled in, as the network will write it: a preview, judged again by everybody (rule R14). */

import { minuteUp } from './time';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function renderTemplate(template: string, offence: string, start: Date, end: Date): string {
  const values: Record<string, string> = {
    offence: offence.replaceAll('-', ' '),
    start: inUtc(start),
    end: inUtc(minuteUp(end)),
  };
  return template.replace(/\{(\w+)\}/g, (blank, name: string) => values[name] ?? blank);
}

/** To the minute, rounded down: `21 Nov 2026, 18:30 UTC`. */
function inUtc(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${clock} UTC`;
}
