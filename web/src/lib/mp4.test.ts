import { describe, expect, it } from 'vitest';
import { codecOf, firstKeyframe } from './mp4';

/** As the hub writes it: decoder configuration and time scale, then the box that ties media time to UTC. */
function clip({ utc = 1_795_422_600.25, media = 180_000n, timescale = 90_000 } = {}): Uint8Array {
  const bytes = new Uint8Array(120);
  const view = new DataView(bytes.buffer);
  const word = (at: number, text: string) => new TextEncoder().encodeInto(text, bytes.subarray(at));
  word(8, 'mdhd');
  view.setUint32(8 + 16, timescale);
  word(40, 'avcC');
  bytes.set([1, 0x64, 0x00, 0x1f], 44);
  word(64, 'prft');
  const seconds = Math.floor(utc);
  view.setUint32(76, (seconds + 2_208_988_800) % 2 ** 32);
  view.setUint32(80, (utc - seconds) * 2 ** 32);
  view.setBigUint64(84, media);
  return bytes;
}

describe('codecOf', () => {
  it('names the codec as players want it', () => {
    expect(codecOf(clip())).toBe('video/mp4; codecs="avc1.64001f"');
  });

  it('finds nothing in bytes that are no clip', () => {
    expect(codecOf(new Uint8Array(50))).toBeUndefined();
    expect(codecOf(new Uint8Array())).toBeUndefined();
  });
});

describe('firstKeyframe', () => {
  it('ties the media clock to the time of day', () => {
    expect(firstKeyframe(clip())).toEqual({ utc: 1_795_422_600_250, media: 2 });
  });

  it('goes on after the NTP era that starts in 2036', () => {
    expect(firstKeyframe(clip({ utc: 2_208_988_800 }))?.utc).toBe(2_208_988_800_000);
  });

  it('finds nothing in a clip that is cut short', () => {
    expect(firstKeyframe(clip().subarray(0, 70))).toBeUndefined();
  });
});
