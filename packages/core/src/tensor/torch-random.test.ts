import { describe, expect, test } from 'vitest';
import { torchRandom } from './torch-random.ts';

describe('torchRandom', () => {
  test.each([
    [0, 16, [-1.1258398, -1.1523602, -0.25057858, -0.4338788]],
    [42, 16, [1.9269153, 1.4872841, 0.9007172, -2.105521]],
    [0, 3, [1.5409961, -0.2934289, -2.1787894]],
    [42, 3, [0.33669037, 0.1288094, 0.23446237]],
    [1234567890123, 16, [-0.5685415, -0.19921704, 1.0399845]],
  ])('normals of seed %s, %s at once', (seed, n, expected) => {
    const normals = torchRandom(seed).normal(n);
    expected.forEach((value, i) => expect(normals[i]).toBeCloseTo(value, 6));
  });

  test('integers of seed 0', () => {
    const random = torchRandom(0);
    expect([1, 2, 3, 4].map(() => random.integer(1000))).toEqual([44, 239, 933, 760]);
  });

  test('only the low 32 bits of the seed count, all of them', () => {
    expect(torchRandom(6687881544318117707n).normal(16)).toEqual(torchRandom(2767775563).normal(16));
    expect(torchRandom(6687881544318117707n).normal(16)).not.toEqual(torchRandom(2767775744).normal(16));
  });

  test('the kept half of a scalar pair outlives a draw in blocks', () => {
    const apart = torchRandom(3);
    const [first] = apart.normal(1);
    apart.normal(16);
    const [second] = apart.normal(1);
    expect([first, second]).toEqual([...torchRandom(3).normal(2)]);
  });

  test('a partial block redraws the last sixteen places', () => {
    const whole = torchRandom(5).normal(16);
    const partial = torchRandom(5).normal(17);
    expect(partial[0]).toBe(whole[0]);
    expect(partial.subarray(1, 16)).not.toEqual(whole.subarray(1, 16));
  });

  test('a limit above 32 bits takes two words, the high one first', () => {
    const words = torchRandom(7);
    const [high, low] = [words.integer(2 ** 32), words.integer(2 ** 32)];
    expect(torchRandom(7).integer(2n ** 63n - 1n)).toBe(((BigInt(high) << 32n) | BigInt(low)) % (2n ** 63n - 1n));
  });

  test('a permutation holds every number once', () => {
    expect([...torchRandom(9).permutation(100)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
    expect(torchRandom(9).permutation(0)).toHaveLength(0);
  });

  test('normals of every dtype have mean 0 and variance 1', () => {
    const random = torchRandom(11);
    for (const normals of [random.normal(20000), random.normal64(20000), random.normalHalf(20000)].map((all) => [
      ...all,
    ])) {
      const mean = normals.reduce((sum, x) => sum + x, 0) / normals.length;
      const variance = normals.reduce((sum, x) => sum + x * x, 0) / normals.length;
      expect(Math.abs(mean)).toBeLessThan(0.03);
      expect(Math.abs(variance - 1)).toBeLessThan(0.04);
    }
  });
});
