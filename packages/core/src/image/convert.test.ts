import { describe, expect, test } from 'vitest';
import { channel, premultiply, toGray, toRgb, toRgba, unpremultiply } from './convert.ts';
import { divide255 } from './fixed.ts';
import { picture } from './picture.ts';

test('divide255 rounds v / 255 for every product of two samples', () => {
  for (let a = 0; a < 256; a++)
    for (let b = a; b < 256; b++) if (divide255(a * b) !== Math.round((a * b) / 255)) throw new Error(`${a}·${b}`);
  expect(divide255(65025)).toBe(255);
});

describe('luminance', () => {
  test.each([
    [[255, 0, 0], 76],
    [[0, 255, 0], 150],
    [[0, 0, 255], 29],
    [[255, 255, 255], 255],
  ])('of %j is %d', (color, expected) => {
    expect(toGray(picture({ width: 1, height: 1, channels: 3 }, Uint8Array.from(color))).data[0]).toBe(expected);
  });
  test('of grey is itself, with or without opacity', () => {
    const source = picture(
      { width: 256, height: 1, channels: 1 },
      Uint8Array.from({ length: 256 }, (_, i) => i),
    );
    expect(toGray(toRgb(source)).data).toEqual(source.data);
    expect(toGray(toRgba(source)).data).toEqual(source.data);
  });
});

test('opacity comes and goes', () => {
  const source = picture({ width: 1, height: 2, channels: 3 }, Uint8Array.of(1, 2, 3, 4, 5, 6));
  expect(toRgba(source).data).toEqual(Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255));
  expect(toRgb(toRgba(source))).toEqual(source);
  expect(channel(source, 1).data).toEqual(Uint8Array.of(2, 5));
});

test('premultiplying is undone where there is opacity to divide by', () => {
  const source = picture(
    { width: 3, height: 1, channels: 4 },
    Uint8Array.of(9, 200, 255, 255, 10, 20, 30, 0, 255, 0, 100, 128),
  );
  expect(premultiply(source).data).toEqual(Uint8Array.of(9, 200, 255, 255, 0, 0, 0, 0, 128, 0, 50, 128));
  expect(unpremultiply(premultiply(source)).data).toEqual(Uint8Array.of(9, 200, 255, 255, 0, 0, 0, 0, 255, 0, 99, 128));
});
