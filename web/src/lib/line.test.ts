import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { callAhead, lineTo } from './line';

class Socket {
  static made: Socket[] = [];
  onmessage: ((message: { data: string }) => void) | undefined;
  onclose: (() => void) | undefined;
  isOpen = true;
  constructor() {
    Socket.made.push(this);
  }
  close() {
    this.isOpen = false;
    this.onclose?.();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', Socket);
  vi.stubGlobal('location', { href: 'http://hub/' });
  Socket.made = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const nothing = () => undefined;

it('keeps what came before it was heard, in order', () => {
  callAhead('/live');
  const [socket] = Socket.made;
  socket?.onmessage?.({ data: 'codec' });
  socket?.onmessage?.({ data: 'keyframe' });
  const heard: unknown[] = [];
  lineTo('/live').hear((message) => heard.push(message), nothing);
  socket?.onmessage?.({ data: 'next' });
  expect(heard).toEqual(['codec', 'keyframe', 'next']);
  expect(Socket.made).toHaveLength(1);
});

it('is taken once: who asks again gets a line of their own', () => {
  const hangUp = callAhead('/live');
  lineTo('/live').hear(nothing, nothing);
  lineTo('/live').hear(nothing, nothing);
  hangUp();
  expect(Socket.made.map((one) => one.isOpen)).toEqual([true, true]);
});

it('calls once, however many call ahead', () => {
  callAhead('/live');
  const hangUp = callAhead('/live');
  expect(Socket.made).toHaveLength(1);
  hangUp();
  expect(Socket.made[0]?.isOpen).toBe(false);
});

it('hangs up when nobody comes, and when it is told to', () => {
  callAhead('/porch');
  callAhead('/garden')();
  vi.runAllTimers();
  expect(Socket.made.map((one) => one.isOpen)).toEqual([false, false]);
});

it('calls anew where the line was lost meanwhile', () => {
  callAhead('/live');
  Socket.made[0]?.close();
  const lost = vi.fn();
  const line = lineTo('/live');
  line.hear(nothing, lost);
  expect(Socket.made).toHaveLength(2);
  line.drop();
  expect(lost).toHaveBeenCalledOnce();
});

it('does not tell of its own end', () => {
  const lost = vi.fn();
  const line = lineTo('/live');
  line.hear(nothing, lost);
  line.close();
  expect(lost).not.toHaveBeenCalled();
});
