import { describe, expect, test } from 'vitest';
import { expandRegion, maskRegion } from './crop-region.ts';
import { picture, type Picture, type Region } from './picture.ts';

/** A 512×512 mask that is white in a rectangle; right and bottom are outside. */
function mask([x1, y1, x2, y2]: Region): Picture {
  const result = picture({ width: 512, height: 512, channels: 1 });
  for (let y = y1; y < y2; y++) result.data.fill(255, y * 512 + x1, y * 512 + x2);
  return result;
}

const SQUARE = { working: { width: 512, height: 512 }, image: { width: 512, height: 512 } };

describe('maskRegion', () => {
  test('a blank mask has none, whatever the padding', () => {
    expect(maskRegion(mask([0, 0, 0, 0]), 32)).toBeUndefined();
  });
  test('one pixel is enough', () => {
    expect(maskRegion(mask([511, 0, 512, 1]), 0)).toEqual([511, 0, 512, 1]);
  });
});

// The webui once failed on an "only masked" request with padding 0 (its issue 15593).
test.each([
  [[100, 200, 164, 232], 0, [100, 184, 164, 248]],
  [[100, 500, 164, 512], 0, [100, 448, 164, 512]],
  [[100, 500, 164, 512], 32, [68, 384, 196, 512]],
] as const)('the mask %j with padding %d is worked on at %j', (rectangle, padding, expected) => {
  const region = maskRegion(mask(rectangle), padding)!;
  expect(expandRegion(region, SQUARE)).toEqual(expected);
});

test('an expanded region holds the old one and stays inside the picture', () => {
  for (const working of [
    [64, 640],
    [640, 64],
    [512, 768],
  ] as const) {
    for (const region of [
      [0, 0, 3, 100],
      [80, 2, 100, 4],
      [50, 50, 51, 51],
    ] as const) {
      const [x1, y1, x2, y2] = expandRegion(region, {
        working: { width: working[0], height: working[1] },
        image: { width: 100, height: 100 },
      });
      expect(x1 <= region[0] && y1 <= region[1] && x2 >= region[2] && y2 >= region[3]).toBe(true);
      expect(Math.min(x1, y1) >= 0 && Math.max(x2, y2) <= 100).toBe(true);
    }
  }
});
