import { describe, expect, test } from 'vitest';
import { seedWords } from './seed.ts';

describe('seedWords', () => {
  test.each([
    [0, 0, 0],
    [4294967303, 7, 1],
    [-1, 0xffffffff, 0xffffffff],
    // Beyond 2^53 every digit counts: as a number this seed would end in …888 and give 2767775744.
    [6687881544318117707n, 2767775563, 1557143764],
    [2n ** 64n - 1n, 0xffffffff, 0xffffffff],
    [-(2n ** 63n), 0, 0x80000000],
  ])('%s', (seed, low, high) => {
    expect(seedWords(seed)).toEqual([low, high]);
  });
});
