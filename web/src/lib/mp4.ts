/** What the page needs to know of the hub's fragmented MP4 (ISO/IEC 14496-12). */

export interface KeyframeTime {
  /** UTC, milliseconds since 1970. */
  utc: number;
  /** Decode time, seconds on the media's own clock. */
  media: number;
}

const NTP_EPOCH_SECONDS = 2_208_988_800;
const NTP_ERA_SECONDS = 2 ** 32;

/** The type to play it as, read from the decoder configuration in its init segment (RFC 6381). */
export function codecOf(bytes: Uint8Array): string | undefined {
  const at = find(bytes, 'avcC');
  if (at < 0 || at + 8 > bytes.length) return undefined;
  const profile = [...bytes.subarray(at + 5, at + 8)].map((b) => b.toString(16).padStart(2, '0')).join('');
  return `video/mp4; codecs="avc1.${profile}"`;
}

/** When its first GOP was filmed: the first `prft` box ties media time to UTC. */
export function firstKeyframe(bytes: Uint8Array): KeyframeTime | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = find(bytes, 'mdhd');
  const at = find(bytes, 'prft');
  if (header < 0 || at < 0 || at + 28 > bytes.length) return undefined;
  const timescale = view.getUint32(header + 16);
  let seconds = view.getUint32(at + 12);
  if (seconds < NTP_ERA_SECONDS / 2) seconds += NTP_ERA_SECONDS; // the era that starts in 2036
  const fraction = view.getUint32(at + 16) / NTP_ERA_SECONDS;
  return {
    utc: (seconds - NTP_EPOCH_SECONDS + fraction) * 1000,
    media: Number(view.getBigUint64(at + 20)) / timescale,
  };
}

/** Where a box's type stands; the hub writes these boxes before any picture, so the first match is it. */
function find(bytes: Uint8Array, type: string): number {
  const [a, b, c, d] = [...type].map((letter) => letter.charCodeAt(0));
  for (let i = 4; i + 4 <= bytes.length; i++) {
    if (bytes[i] === a && bytes[i + 1] === b && bytes[i + 2] === c && bytes[i + 3] === d) return i;
  }
  return -1;
}
