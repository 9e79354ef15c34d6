import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listen, type Happening } from './happenings';

const PRESS: Happening = {
  kind: 'press',
  at: '2026-11-23T08:30:00Z',
  camera: 'cam_a',
  event: 'ev_a',
  request: null,
  about: '',
};

class Line {
  static readonly OPEN = 1;
  static made: Line[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(readonly url: URL) {
    Line.made.push(this);
  }

  open() {
    this.readyState = Line.OPEN;
    this.onopen?.();
  }

  say(happening: Happening) {
    this.onmessage?.({ data: JSON.stringify(happening) });
  }

  close() {
    this.readyState = 3;
    this.onclose?.();
  }
}

beforeEach(() => {
  Line.made = [];
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', Line);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('listen', () => {
  it('tells everybody over one line, and hangs up with the last one', () => {
    const [one, other] = [vi.fn(), vi.fn()];
    const stops = [listen(one), listen(other)];
    expect(Line.made).toHaveLength(1);
    const [line] = Line.made;
    expect(line?.url.pathname).toBe('/api/happenings');
    line?.open();
    line?.say(PRESS);
    expect(one).toHaveBeenCalledWith(PRESS);
    expect(other).toHaveBeenCalledWith(PRESS);
    for (const stop of stops) stop();
    expect(line?.readyState).toBe(3);
    vi.advanceTimersByTime(60_000);
    expect(Line.made).toHaveLength(1);
  });

  it('calls again when the line breaks, and says each time that it stands', () => {
    const connected = vi.fn();
    const stop = listen(vi.fn(), connected);
    Line.made[0]?.open();
    Line.made[0]?.close();
    vi.advanceTimersByTime(500);
    expect(Line.made).toHaveLength(2);
    Line.made[1]?.open();
    expect(connected).toHaveBeenCalledTimes(2);
    stop();
  });

  it('calls anew when a page was long out of sight, as on a phone that slept', () => {
    const connected = vi.fn();
    const stop = listen(vi.fn(), connected);
    Line.made[0]?.open();
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    const look = (seconds: number) => {
      hidden.mockReturnValue(true);
      document.dispatchEvent(new Event('visibilitychange'));
      vi.advanceTimersByTime(seconds * 1000);
      hidden.mockReturnValue(false);
      document.dispatchEvent(new Event('visibilitychange'));
    };
    look(10);
    expect(Line.made).toHaveLength(1);
    look(40);
    expect(Line.made).toHaveLength(2);
    expect(Line.made[0]?.readyState).toBe(3);
    Line.made[1]?.open();
    expect(connected).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(60_000);
    expect(Line.made).toHaveLength(2);
    stop();
    hidden.mockRestore();
  });

  it('does not wait when the network is back', () => {
    const stop = listen(vi.fn());
    Line.made[0]?.close();
    window.dispatchEvent(new Event('online'));
    expect(Line.made).toHaveLength(2);
    vi.advanceTimersByTime(60_000);
    expect(Line.made).toHaveLength(2);
    stop();
  });
});
