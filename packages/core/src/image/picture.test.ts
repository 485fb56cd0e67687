import { describe, expect, test } from 'vitest';
import { invert, mapSamples, picture } from './picture.ts';

describe('picture', () => {
  test('is zeros without data', () => {
    expect(picture({ width: 2, height: 3, channels: 4 }).data).toEqual(new Uint8Array(24));
  });
  test.each([
    [0, 1],
    [1, 0],
    [1.5, 1],
    [-1, 1],
  ])('refuses %d×%d pixels', (width, height) => {
    expect(() => picture({ width, height, channels: 1 })).toThrowError(expect.objectContaining({ code: 'shape' }));
  });
  test('refuses data of another length', () => {
    expect(() => picture({ width: 2, height: 2, channels: 3 }, new Uint8Array(11))).toThrowError(
      expect.objectContaining({ code: 'shape', got: [11] }),
    );
  });
});

test('inverting twice changes nothing, and mapping leaves the source alone', () => {
  const source = picture({ width: 2, height: 1, channels: 3 }, Uint8Array.of(0, 1, 2, 253, 254, 255));
  expect(invert(source).data).toEqual(Uint8Array.of(255, 254, 253, 2, 1, 0));
  expect(invert(invert(source))).toEqual(source);
  expect(mapSamples(source, new Uint8Array(256)).data).toEqual(new Uint8Array(6));
  expect(source.data[3]).toBe(253);
});
