import { expect, test } from 'vitest';
import { gaussianBlur } from './box-blur.ts';
import { picture } from './picture.ts';

const dot = picture({ width: 33, height: 33, channels: 1 });
dot.data[16 * 33 + 16] = 255;

test('a radius of 0 changes nothing', () => {
  expect(gaussianBlur(dot, 0)).toEqual(dot);
});

test.each([0.4, 1, 2.5, 40, 300])(
  'radius %d keeps a plain colour, also where the box is wider than the picture',
  (radius) => {
    const plain = picture({ width: 5, height: 3, channels: 3 });
    plain.data.fill(201);
    expect(gaussianBlur(plain, radius).data.every((v) => v === 201)).toBe(true);
  },
);

test('the spread has the deviation asked for', () => {
  const bright = picture({ width: 33, height: 33, channels: 1 });
  for (let y = 0; y < 33; y++) bright.data[y * 33 + 16] = 255;
  const row = [...gaussianBlur(bright, 3).data.subarray(16 * 33, 17 * 33)];
  const sum = row.reduce((a, b) => a + b, 0);
  const variance = row.reduce((a, v, x) => a + v * (x - 16) ** 2, 0) / sum;
  expect(Math.sqrt(variance)).toBeCloseTo(3, 0);
  expect(row).toEqual([...row].reverse());
});
