/** A surface on MapLibre GL: blank paper and the network's hexagons. It asks no host for a tile, glyph or sprite. */

import { Map, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { cellCorners, toGeoJson } from '@/lib/area';
import { shadeOf, type Cell, type Surface } from './surface';

/** The page's colours, read where the map stands so that light and dark both fit. */
export interface Colours {
  paper: string;
  ink: string;
  line: string;
}

const OPACITY = [0.03, 0.14, 0.28, 0.44, 0.6];

export interface WebglSurface extends Surface {
  paint(colours: Colours): void;
  show(cells: readonly Cell[]): void;
}

/** Ready once the first picture stands; fails where the browser has no WebGL. */
export function webglSurface(box: HTMLElement, colours: Colours, moved: () => void): Promise<WebglSurface> {
  setWorkerUrl(new URL(workerUrl, import.meta.url).href);
  const map = new Map({
    container: box,
    style: {
      version: 8,
      sources: { cells: hexagons([]) },
      layers: [
        { id: 'paper', type: 'background', paint: { 'background-color': colours.paper } },
        {
          id: 'density',
          type: 'fill',
          source: 'cells',
          paint: {
            'fill-color': colours.ink,
            'fill-opacity': ['at', ['get', 'class'], ['literal', OPACITY]],
          },
        },
        { id: 'edges', type: 'line', source: 'cells', paint: { 'line-color': colours.line } },
      ],
    },
    attributionControl: false,
    doubleClickZoom: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    keyboard: false,
    renderWorldCopies: false,
    fadeDuration: 0,
    maxZoom: 19,
    trackResize: false,
  });
  map.touchZoomRotate.disableRotation();
  map.on('move', moved);
  map.on('resize', moved);

  const surface: WebglSurface = {
    project: ({ latitude, longitude }) => map.project([longitude, latitude]),
    unproject: ({ x, y }) => {
      const { lat, lng } = map.unproject([x, y]);
      return { latitude: lat, longitude: lng };
    },
    fit(places) {
      if (places.length === 0) return;
      const latitudes = places.map((p) => p.latitude);
      const longitudes = places.map((p) => p.longitude);
      map.fitBounds(
        [
          [Math.min(...longitudes), Math.min(...latitudes)],
          [Math.max(...longitudes), Math.max(...latitudes)],
        ],
        { padding: 28, animate: false, maxZoom: 17 },
      );
    },
    zoom: (by) => void map.zoomTo(map.getZoom() + by, { duration: 0 }),
    panBy: (x, y) => void map.panBy([x, y], { duration: 0 }),
    resize: () => void map.resize(),
    paint({ paper, ink, line }) {
      map.setPaintProperty('paper', 'background-color', paper);
      map.setPaintProperty('density', 'fill-color', ink);
      map.setPaintProperty('edges', 'line-color', line);
    },
    show(cells) {
      const source = map.getSource('cells');
      if (source && 'setData' in source && typeof source.setData === 'function')
        source.setData(hexagons(cells).data);
    },
    destroy: () => map.remove(),
  };
  return new Promise((resolve, reject) => {
    map.once('load', () => resolve(surface));
    map.once('error', ({ error }) => {
      map.remove();
      reject(error);
    });
  });
}

export function hasWebgl(): boolean {
  return document.createElement('canvas').getContext('webgl2') !== null;
}

function hexagons(cells: readonly Cell[]) {
  const features = cells.map((each) => ({
    type: 'Feature' as const,
    geometry: toGeoJson(cellCorners(each.cell)),
    properties: { class: shadeOf(each) },
  }));
  return { type: 'geojson' as const, data: { type: 'FeatureCollection' as const, features } };
}
