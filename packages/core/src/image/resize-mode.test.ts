import { describe, expect, test } from 'vitest';
import { picture, type Picture } from './picture.ts';
import { resizeToMode } from './resize-mode.ts';
import { UNKNOWN_UPSCALER, UPSCALERS, upscale } from './upscale.ts';

function plain(width: number, height: number, channels: 1 | 3 = 3): Picture {
  const source = picture({ width, height, channels });
  source.data.fill(90);
  return source;
}

describe('resizeToMode', () => {
  test.each([0, 1, 2, 3] as const)('mode %d gives the size asked for and keeps a plain colour', (mode) => {
    for (const [width, height] of [
      [64, 32],
      [32, 64],
      [40, 40],
      [17, 90],
    ] as const) {
      const { data, ...result } = resizeToMode(plain(50, 30), { mode, width, height });
      expect(result).toEqual({ width, height, channels: 3 });
      expect(new Set(data)).toEqual(new Set([90]));
    }
  });
  test('a grey picture comes back as RGB from modes 1 and 2', () => {
    const channels = ([0, 1, 2] as const).map(
      (mode) => resizeToMode(plain(8, 8, 1), { mode, width: 8, height: 16 }).channels,
    );
    expect(channels).toEqual([1, 3, 3]);
  });
  test('mode 1 shows the middle of a wide picture', () => {
    const source = picture({ width: 30, height: 10, channels: 3 });
    for (let i = 0; i < source.data.length; i += 3) source.data[i] = Math.floor(i / 3) % 30 < 15 ? 0 : 255;
    const { data } = resizeToMode(source, { mode: 1, width: 10, height: 10 });
    expect([data[0], data[27]]).toEqual([0, 255]);
  });
});

describe('upscale', () => {
  test('gives the size rounded down to multiples of 8', () => {
    for (const upscaler of [...UPSCALERS.values(), UNKNOWN_UPSCALER]) {
      const { width, height } = upscale(plain(20, 10), { scale: 2.5, upscaler });
      expect([width, height]).toEqual([48, 24]);
    }
  });
  test('asks at most three times', () => {
    let asked = 0;
    upscale(plain(8, 8), {
      scale: 4,
      upscaler: ({ width, height }) => {
        asked++;
        return plain(width + 1, height + 1);
      },
    });
    expect(asked).toBe(3);
  });
});
