import { describe, expect, test } from 'vitest';
import { alphaComposite, cutOut, flatten, pasteMasked } from './composite.ts';
import { toRgb } from './convert.ts';
import { picture, type Picture } from './picture.ts';

function rgba(...data: number[]): Picture {
  return picture({ width: data.length / 4, height: 1, channels: 4 }, Uint8Array.from(data));
}

describe('alphaComposite', () => {
  const base = rgba(10, 20, 30, 255, 10, 20, 30, 100);
  test('what is opaque hides, what is clear does not', () => {
    const top = rgba(200, 100, 0, 255, 200, 100, 0, 255);
    expect(alphaComposite(base, top)).toEqual(top);
    expect(alphaComposite(base, rgba(200, 100, 0, 0, 200, 100, 0, 0))).toEqual(base);
  });
  test('half over opaque is the middle', () => {
    expect([...alphaComposite(rgba(0, 100, 255, 255), rgba(255, 100, 0, 128)).data]).toEqual([128, 100, 127, 255]);
  });
  test('refuses pictures of two sizes', () => {
    expect(() => alphaComposite(base, rgba(1, 2, 3, 4))).toThrowError(expect.objectContaining({ code: 'shape' }));
  });
});

test('a mask chooses between two pictures', () => {
  const mask = picture({ width: 3, height: 1, channels: 1 }, Uint8Array.of(0, 128, 255));
  const [dark, light] = [
    picture({ width: 3, height: 1, channels: 1 }),
    picture({ width: 3, height: 1, channels: 1 }, new Uint8Array(3).fill(200)),
  ];
  expect([...pasteMasked(dark, light, mask).data]).toEqual([0, 100, 200]);
});

test('a picture with opacity is laid on a colour, others stay', () => {
  expect([...flatten(rgba(0, 0, 0, 0, 9, 8, 7, 255), '#FF8000').data]).toEqual([255, 128, 0, 9, 8, 7]);
  const opaque = toRgb(rgba(1, 2, 3, 255));
  expect(flatten(opaque, 'nonsense')).toBe(opaque);
  expect(() => flatten(rgba(1, 2, 3, 4), 'red')).toThrowError(expect.objectContaining({ code: 'shape' }));
});

test('a cut-out keeps what the mask keeps, premultiplied', () => {
  const keep = picture({ width: 2, height: 1, channels: 1 }, Uint8Array.of(255, 51));
  const image = picture({ width: 2, height: 1, channels: 3 }, Uint8Array.of(10, 20, 30, 100, 200, 250));
  expect([...cutOut(image, keep).data]).toEqual([10, 20, 30, 255, 20, 40, 50, 51]);
});
