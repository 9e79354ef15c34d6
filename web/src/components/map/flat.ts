/** A surface without WebGL: equirectangular, true to scale at its middle, moved by pointer, wheel and keys. */

import type { Point } from '@/lib/area';
import type { Surface } from './surface';

const CLOSEST = 4_000_000; // pixels per degree of latitude
const FARTHEST = 200;

export function flatSurface(box: HTMLElement, moved: () => void): Surface {
  let middle: Point = { latitude: 0, longitude: 0 };
  let scale = 20_000;
  const shrink = () => Math.cos((middle.latitude * Math.PI) / 180);

  const surface: Surface = {
    project: (place) => ({
      x: box.clientWidth / 2 + (place.longitude - middle.longitude) * scale * shrink(),
      y: box.clientHeight / 2 - (place.latitude - middle.latitude) * scale,
    }),
    unproject: (at) => ({
      longitude: middle.longitude + (at.x - box.clientWidth / 2) / (scale * shrink()),
      latitude: middle.latitude - (at.y - box.clientHeight / 2) / scale,
    }),
    fit(places) {
      if (places.length === 0) return;
      const latitudes = places.map((p) => p.latitude);
      const longitudes = places.map((p) => p.longitude);
      const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
      const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)];
      middle = { latitude: (south + north) / 2, longitude: (west + east) / 2 };
      const room = 0.84;
      const high = Math.max(north - south, 0.002);
      const wide = Math.max(east - west, 0.002) * shrink();
      scale = limited(Math.min((box.clientHeight * room) / high, (box.clientWidth * room) / wide));
      moved();
    },
    zoom(by) {
      scale = limited(scale * 2 ** by);
      moved();
    },
    panBy(x, y) {
      middle = surface.unproject({ x: box.clientWidth / 2 + x, y: box.clientHeight / 2 + y });
      moved();
    },
    resize: moved,
    destroy: () => stop.abort(),
  };

  const stop = new AbortController();
  const { signal } = stop;
  const held = new Map<number, { x: number; y: number }>();
  const spread = () => {
    const [a, b] = [...held.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };
  box.addEventListener('pointerdown', (e) => held.set(e.pointerId, { x: e.clientX, y: e.clientY }), {
    signal,
  });
  for (const end of ['pointerup', 'pointercancel', 'pointerleave'] as const)
    box.addEventListener(end, (e) => held.delete(e.pointerId), { signal });
  box.addEventListener(
    'pointermove',
    (e) => {
      const before = held.get(e.pointerId);
      if (!before) return;
      const wide = spread();
      held.set(e.pointerId, { x: e.clientX, y: e.clientY });
      if (held.size === 1) surface.panBy(before.x - e.clientX, before.y - e.clientY);
      else if (wide > 0) scale = limited((scale * spread()) / wide);
      moved();
    },
    { signal },
  );
  box.addEventListener(
    'wheel',
    (e) => {
      e.preventDefault();
      scale = limited(scale * 2 ** (-e.deltaY / 400));
      moved();
    },
    { signal, passive: false },
  );
  return surface;
}

const limited = (scale: number): number => Math.min(CLOSEST, Math.max(FARTHEST, scale));
