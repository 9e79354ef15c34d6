import { describe, expect, it } from 'vitest';
import {
  aspect,
  contains,
  crossesItself,
  fromGeoJson,
  measure,
  readCorners,
  readPoint,
  squareAround,
  squareMiles,
  toGeoJson,
} from './area';

const HERE = { latitude: 52, longitude: 4.3 };
const LIMITS = { min_square_miles: 0.025, max_square_miles: 0.1, max_square_miles_wide: 0.5, max_aspect: 4 };
const STREETS = [
  { latitude: 52.0, longitude: 4.3 },
  { latitude: 52.0, longitude: 4.3053 },
  { latitude: 52.0032, longitude: 4.3053 },
  { latitude: 52.0032, longitude: 4.3 },
];

describe('areas', () => {
  it('are measured as the network measures them', () => {
    // latchstring.base.geo: Area.square_miles and Area.aspect of the same corners
    expect(squareMiles(STREETS)).toBeCloseTo(0.04985, 4);
    expect(aspect(STREETS)).toBeCloseTo(1.0196, 3);
    expect(squareMiles(squareAround(HERE, 1609.344))).toBeCloseTo(1, 3);
  });

  it('keep their aspect when they are turned', () => {
    const diamond = [
      { latitude: 52, longitude: 4.29 },
      { latitude: 52.001, longitude: 4.3 },
      { latitude: 52, longitude: 4.31 },
      { latitude: 51.999, longitude: 4.3 },
    ];
    expect(aspect(diamond)).toBeGreaterThan(4);
  });

  it('know whether the outline crosses itself', () => {
    const [a, b, c, d] = STREETS as [typeof HERE, typeof HERE, typeof HERE, typeof HERE];
    expect(crossesItself([a, b, c, d])).toBe(false);
    expect(crossesItself([a, c, b, d])).toBe(true);
    expect(crossesItself([a, b, c, d, { latitude: 52, longitude: 4.302 }])).toBe(true);
  });

  it('say which rule they break', () => {
    const troubles = (metres: number, incident = HERE) =>
      measure(squareAround(HERE, metres), incident, LIMITS).troubles;
    expect(troubles(450)).toEqual([]);
    expect(troubles(200)).toEqual(['small']);
    expect(troubles(1200)).toEqual(['large']);
    expect(troubles(450, { latitude: 52.1, longitude: 4.3 })).toEqual(['outside']);
    expect(measure(squareAround(HERE, 800), HERE, LIMITS).wide).toBe(true);
    expect(measure([HERE], HERE, LIMITS).troubles).toEqual(['corners']);
  });

  it('hold what lies inside', () => {
    expect(contains(STREETS, { latitude: 52.001, longitude: 4.302 })).toBe(true);
    expect(contains(STREETS, { latitude: 52.01, longitude: 4.302 })).toBe(false);
  });

  it('travel as GeoJSON and come back', () => {
    expect(fromGeoJson(toGeoJson(STREETS))).toEqual(STREETS);
    expect(toGeoJson(STREETS).coordinates[0]).toHaveLength(5);
  });
});

describe('typed places', () => {
  it('are read however people write them', () => {
    for (const typed of ['47.5, -15', '47.5 -15', ' 47.5;−15 ', '+47.5,-15.0'])
      expect(readPoint(typed)).toEqual({ latitude: 47.5, longitude: -15 });
    for (const bad of ['', '47.5', '95, 0', '0, 200', 'north, west']) expect(readPoint(bad)).toBeUndefined();
    expect(readCorners('1, 2\n\n3, 4\n')).toHaveLength(2);
    expect(readCorners('1, 2\nthere')).toBeUndefined();
  });
});
