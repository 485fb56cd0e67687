import { describe, expect, test } from 'vitest';
import { bytesSource, checkRange, sliceSource } from './source.ts';

const truncated = { name: 'FormatError', code: 'format', fault: 'truncated', source: 'file' };
const WRONG: readonly (readonly [number, number])[] = [
  [-1, 2],
  [2, 1],
  [0, 6],
  [6, 6],
  [0.5, 2],
  [0, NaN],
  [0, Infinity],
];

describe('bytesSource', () => {
  const source = bytesSource('file', Uint8Array.of(0, 1, 2, 3, 4));

  test('reads any part, also none', async () => {
    expect(source).toMatchObject({ name: 'file', size: 5 });
    expect(await source.read(1, 3)).toEqual(Uint8Array.of(1, 2));
    expect(await source.read(0, 5)).toEqual(Uint8Array.of(0, 1, 2, 3, 4));
    expect(await source.read(5, 5)).toEqual(new Uint8Array(0));
  });

  test.each(WRONG)('refuses [%s, %s)', async (start, end) => {
    await expect(source.read(start, end)).rejects.toMatchObject(truncated);
    expect(() => checkRange(source, start, end)).toThrowError(expect.objectContaining(truncated) as Error);
  });
});

describe('sliceSource', () => {
  const whole = bytesSource('file', Uint8Array.of(9, 9, 0, 1, 2, 3, 4, 9));
  const source = sliceSource(whole, 2, 7);

  test('counts from its own start', async () => {
    expect(source).toMatchObject({ name: 'file', size: 5 });
    expect(await source.read(1, 3)).toEqual(Uint8Array.of(1, 2));
    expect(await sliceSource(source, 1, 4).read(0, 3)).toEqual(Uint8Array.of(1, 2, 3));
  });

  test.each(WRONG)('refuses [%s, %s), though the whole may have it', async (start, end) => {
    await expect(source.read(start, end)).rejects.toMatchObject(truncated);
  });

  test('refuses to begin outside the whole', () => {
    expect(() => sliceSource(whole, 2, 9)).toThrowError(expect.objectContaining(truncated) as Error);
  });
});
