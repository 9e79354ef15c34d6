import { describe, expect, it } from 'vitest';
import { addCorner, close, moveCorner, NOTHING, removeCorner } from './drawing';
import { flatSurface } from './flat';
import { graticule, niceBelow } from './surface';

const at = (latitude: number, longitude: number) => ({ latitude, longitude });
const triangle = [at(0, 0), at(0, 1), at(1, 1)].reduce(addCorner, NOTHING);

describe('drawing', () => {
  it('closes once there are three corners', () => {
    expect(close(addCorner(NOTHING, at(0, 0))).closed).toBe(false);
    expect(close(triangle).closed).toBe(true);
  });

  it('takes no corner once it is closed, but moves and removes them', () => {
    const closed = close(triangle);
    expect(addCorner(closed, at(2, 2))).toBe(closed);
    expect(moveCorner(closed, 1, at(0, 2)).corners[1]).toEqual(at(0, 2));
    expect(removeCorner(closed, 0)).toEqual({ corners: [at(0, 1), at(1, 1)], closed: false });
  });
});

describe('the map without WebGL', () => {
  it('finds a place again where it was drawn, and shows what it was asked to', () => {
    const box = document.createElement('div');
    Object.defineProperties(box, { clientWidth: { value: 400 }, clientHeight: { value: 300 } });
    const surface = flatSurface(box, () => undefined);
    surface.fit([at(52, 4), at(52.01, 4.02)]);
    const pixel = surface.project(at(52.003, 4.011));
    expect(surface.unproject(pixel).latitude).toBeCloseTo(52.003, 9);
    expect(surface.unproject(pixel).longitude).toBeCloseTo(4.011, 9);
    for (const corner of [at(52, 4), at(52.01, 4.02)]) {
      const { x, y } = surface.project(corner);
      expect(x > 0 && x < 400 && y > 0 && y < 300).toBe(true);
    }
    surface.destroy();
  });

  it('draws a net of round degrees and a round scale', () => {
    expect(niceBelow(370)).toBe(200);
    const { step, lines } = graticule(4.001, 4.031, 4);
    expect(step).toBe(0.01);
    expect(lines.map((line) => line.toFixed(2))).toEqual(['4.01', '4.02', '4.03']);
  });
});
