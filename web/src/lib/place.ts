export interface ReadPlace {
  /** null when nothing is typed, undefined when it is no place. */
  place: { latitude: number; longitude: number } | null | undefined;
  badLatitude?: boolean;
  badLongitude?: boolean;
}

/** What was typed, as numbers, or what of it cannot be. */
export function readPlace(latitude: string, longitude: string): ReadPlace {
  if (latitude.trim() === '' && longitude.trim() === '') return { place: null };
  const lat = degrees(latitude, 85);
  const lon = degrees(longitude, 180);
  if (lat !== undefined && lon !== undefined) return { place: { latitude: lat, longitude: lon } };
  return { place: undefined, badLatitude: lat === undefined, badLongitude: lon === undefined };
}

function degrees(text: string, limit: number): number | undefined {
  const cleaned = text.trim().replace('−', '-').replace(',', '.');
  const value = cleaned === '' ? NaN : Number(cleaned);
  return Number.isFinite(value) && Math.abs(value) <= limit ? value : undefined;
}
