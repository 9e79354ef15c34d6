/** The area of a request, drawn over hexagons and beside nothing else: no street, no home. */

export type LonLat = readonly [number, number];
export interface Sketch {
  width: number;
  height: number;
  area: string;
  hexagons: string[];
  /** The hexagon where it happened. */
  incident: string | undefined;
  /** A round length in metres, and how long it is drawn. */
  scale: { metres: number; length: number };
}

const METRES_PER_DEGREE = 111_194.93;
const MARGIN = 0.14;

/** Fit the area into a box; `cellsWithin` and `outline` come from the H3 library. */
export function sketch(
  ring: readonly LonLat[],
  incident: string,
  cellsWithin: (box: LonLat[]) => string[],
  outline: (cell: string) => LonLat[],
  width = 640,
  height = 400,
): Sketch {
  const lons = ring.map(([lon]) => lon);
  const lats = ring.map(([, lat]) => lat);
  const middle: LonLat = [
    (Math.min(...lons) + Math.max(...lons)) / 2,
    (Math.min(...lats) + Math.max(...lats)) / 2,
  ];
  const shrink = Math.cos((middle[1] * Math.PI) / 180);
  const across = (Math.max(...lons) - Math.min(...lons)) * METRES_PER_DEGREE * shrink;
  const along = (Math.max(...lats) - Math.min(...lats)) * METRES_PER_DEGREE;
  const perMetre = Math.min((width * (1 - 2 * MARGIN)) / across, (height * (1 - 2 * MARGIN)) / along);
  const place = ([lon, lat]: LonLat) => [
    width / 2 + (lon - middle[0]) * METRES_PER_DEGREE * shrink * perMetre,
    height / 2 - (lat - middle[1]) * METRES_PER_DEGREE * perMetre,
  ];
  const path = (corners: readonly LonLat[]) =>
    `M${corners
      .map((corner) =>
        place(corner)
          .map((v) => v.toFixed(1))
          .join(' '),
      )
      .join('L')}z`;

  const halfLon = width / 2 / (METRES_PER_DEGREE * shrink * perMetre);
  const halfLat = height / 2 / (METRES_PER_DEGREE * perMetre);
  const box: LonLat[] = [
    [middle[0] - halfLon, middle[1] - halfLat],
    [middle[0] + halfLon, middle[1] - halfLat],
    [middle[0] + halfLon, middle[1] + halfLat],
    [middle[0] - halfLon, middle[1] + halfLat],
  ];
  const cells = cellsWithin(box);
  const metres = [20, 50, 100, 200, 500, 1000].findLast((m) => m * perMetre <= width / 3) ?? 20;
  return {
    width,
    height,
    area: path(ring),
    hexagons: cells.map((cell) => path(outline(cell))),
    incident: cells.includes(incident) ? path(outline(incident)) : undefined,
    scale: { metres, length: metres * perMetre },
  };
}
