import { formatTime, type Zone } from './time';

const KEY = 'latchstring.zone';
let current: Zone = $state(localStorage.getItem(KEY) === 'utc' ? 'utc' : 'local');

/** In which zone every time on the page is written. */
export const zone = {
  get current() {
    return current;
  },
  toggle() {
    current = current === 'utc' ? 'local' : 'utc';
    localStorage.setItem(KEY, current);
  },
};

export const inUtc = (at: string): string => formatTime(at, 'full', 'utc');
