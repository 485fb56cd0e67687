import { describe, expect, test } from 'vitest';
import { checkSide, checkSize, readSize, sizeFor } from './size.ts';

test.each([
  ['512x768', { width: 512, height: 768 }],
  [' 64 X 8 ', { width: 64, height: 8 }],
  ['64×8', { width: 64, height: 8 }],
  ['128', { width: 128, height: 128 }],
])('%j is a size', (text, size) => {
  expect(readSize(text, '--size')).toEqual(size);
});

test.each(['', 'x', '512x', '-8x8', '8x8x8', '1e3x8', '99999999x8', 'big'])('%j is no size', (text) => {
  expect(() => readSize(text, '--size')).toThrowError(expect.objectContaining({ code: 'request', field: '--size' }));
});

describe('sizes that are no multiples of 8', () => {
  test.each([
    [{ width: 500, height: 510 }, ['496x504', '504x512']],
    [{ width: 512, height: 511 }, ['512x504', '512x512']],
    [{ width: 4, height: 3 }, ['8x8']],
    [{ width: 0, height: 8 }, ['8x8']],
  ])('%j', (size, nearest) => {
    for (const one of nearest) {
      expect(() => checkSize(size, '--size')).toThrowError(
        expect.objectContaining({ hint: expect.stringContaining(one) as unknown }),
      );
    }
  });
  test('alone', () => {
    checkSide(512, '--width');
    expect(() => checkSide(130, '--width')).toThrowError(
      expect.objectContaining({ field: '--width', hint: expect.stringContaining('128 and 136') as unknown }),
    );
  });
  test('others pass', () => {
    checkSize({ width: 8, height: 4096 }, '--size');
  });
});

describe('sizeFor', () => {
  const natural = { width: 128, height: 128 };
  test.each([
    [
      { width: 128, height: 128 },
      { width: 128, height: 128 },
    ],
    [
      { width: 256, height: 256 },
      { width: 256, height: 256 },
    ],
    [
      { width: 130, height: 61 },
      { width: 128, height: 64 },
    ],
    [
      { width: 3000, height: 2000 },
      { width: 160, height: 104 },
    ],
    [
      { width: 1, height: 1 },
      { width: 8, height: 8 },
    ],
    [
      { width: 8192, height: 8 },
      { width: 8192, height: 8 },
    ],
  ])('%j', (picture, size) => {
    expect(sizeFor(picture, natural)).toEqual(size);
  });
});
