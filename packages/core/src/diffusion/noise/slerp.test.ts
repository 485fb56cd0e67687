import { describe, expect, test } from 'vitest';
import { torchRandom } from '../../tensor/index.ts';
import { slerp } from './slerp.ts';

const shape = [2, 32, 4] as const;

describe('slerp', () => {
  test('keeps the length along the rows of two columns of equal length', () => {
    const from = torchRandom(1).normal(256);
    const to = torchRandom(2).normal(256);
    const lengths = (noise: Float32Array): number[] =>
      Array.from({ length: 8 }, (_, column) => {
        const start = Math.floor(column / 4) * 128 + (column % 4);
        let sum = 0;
        for (let y = 0; y < 32; y++) sum += noise[start + 4 * y]! ** 2;
        return Math.sqrt(sum);
      });
    const unit = (noise: Float32Array): Float32Array => {
      const all = lengths(noise);
      return noise.map((value, i) => value / all[Math.floor(i / 128) * 4 + (i % 4)]!);
    };
    for (const length of lengths(slerp(unit(from), unit(to), { shape, share: 0.3 }))) expect(length).toBeCloseTo(1, 5);
  });

  test('parallel noises mix with the weights exchanged', () => {
    const from = torchRandom(1).normal(256);
    const double = from.map((value) => 2 * value);
    const mixed = slerp(from, double, { shape, share: 0.25 });
    mixed.forEach((value, i) => expect(value).toBeCloseTo(1.75 * from[i]!, 5));
  });
});
