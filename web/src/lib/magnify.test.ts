import { describe, expect, it } from 'vitest';
import { LARGEST, magnified, moved, pinched, tapped, WHOLE } from './magnify';

const frame = { width: 400, height: 200 };

describe('a picture that is looked at more closely', () => {
  it('keeps what lies under the pointer where it is', () => {
    const at = { x: 100, y: 150 };
    const view = magnified(WHOLE, 2, at, frame);
    expect(view).toEqual({ scale: 2, x: -100, y: -150 });
    expect(magnified(view, 0.5, at, frame)).toEqual(WHOLE);
  });

  it('is never smaller than its frame, and ends at the largest', () => {
    expect(magnified(WHOLE, 0.5, { x: 0, y: 0 }, frame)).toEqual(WHOLE);
    expect(magnified(WHOLE, 100, { x: 0, y: 0 }, frame).scale).toBe(LARGEST);
  });

  it('fills its frame wherever it is dragged', () => {
    const view = magnified(WHOLE, 2, { x: 200, y: 100 }, frame);
    expect(moved(view, 5_000, 5_000, frame)).toEqual({ scale: 2, x: 0, y: 0 });
    expect(moved(view, -5_000, -5_000, frame)).toEqual({ scale: 2, x: -400, y: -200 });
    expect(moved(WHOLE, 30, 30, frame)).toEqual(WHOLE);
  });

  it('follows two fingers: what lay between them lies between them', () => {
    const view = pinched(
      WHOLE,
      [
        { x: 150, y: 100 },
        { x: 250, y: 100 },
      ],
      [
        { x: 110, y: 120 },
        { x: 310, y: 120 },
      ],
      frame,
    );
    expect(view.scale).toBe(2);
    expect((210 - view.x) / view.scale).toBeCloseTo(200);
  });

  it('comes back to the whole by a second double tap', () => {
    const view = tapped(WHOLE, { x: 400, y: 200 }, frame);
    expect(view).toEqual({ scale: 2.5, x: -600, y: -300 });
    expect(tapped(view, { x: 1, y: 1 }, frame)).toBe(WHOLE);
  });
});
