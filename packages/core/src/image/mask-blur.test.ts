import { expect, test } from 'vitest';
import { blurMask } from './mask-blur.ts';
import { picture } from './picture.ts';

test('no deviation, no blur', () => {
  const mask = picture({ width: 3, height: 2, channels: 1 }, Uint8Array.of(0, 9, 255, 1, 2, 3));
  expect(blurMask(mask, { x: 0, y: 0 })).toEqual(mask);
});

test.each([1, 4, 64])('deviation %d keeps a plain mask and reaches beyond small pictures', (x) => {
  for (const [width, height] of [
    [1, 1],
    [2, 3],
    [40, 7],
  ] as const) {
    const mask = picture({ width, height, channels: 1 });
    mask.data.fill(255);
    expect(blurMask(mask, { x, y: x }).data.every((v) => v === 255)).toBe(true);
  }
});

test('each way is blurred by its own deviation', () => {
  const mask = picture({ width: 9, height: 9, channels: 1 });
  mask.data[4 * 9 + 4] = 255;
  const wide = blurMask(mask, { x: 1, y: 0 }).data;
  expect(wide.filter((_, i) => Math.floor(i / 9) !== 4).every((v) => v === 0)).toBe(true);
  const tall = blurMask(mask, { x: 0, y: 1 }).data;
  expect(Array.from({ length: 9 }, (_, i) => tall[i * 9 + 4])).toEqual([...wide.subarray(36, 45)]);
  expect(wide[4 * 9 + 3]).toBe(wide[4 * 9 + 5]);
});
