import { describe, expect, test } from 'vitest';
import { lincomb, weightedSum } from './latent.ts';

const x = Float32Array.of(1, 2, 3);
const y = Float32Array.of(10, 20, 30);
const z = Float32Array.of(100, 200, 300);

describe('lincomb', () => {
  test('two and three terms, in a new latent', () => {
    expect([...lincomb(2, x, -1, y)]).toEqual([-8, -16, -24]);
    expect([...lincomb(1, x, 1, y, 0.5, z)]).toEqual([61, 122, 183]);
    expect([...x]).toEqual([1, 2, 3]);
  });

  test('rounds factors and products to float32', () => {
    const tiny = Float32Array.of(1 / 3);
    expect(lincomb(1 / 3, tiny, 0, tiny)[0]).toBe(Math.fround(Math.fround(1 / 3) ** 2));
  });
});

describe('weightedSum', () => {
  test('any number of terms', () => {
    expect([...weightedSum([[2, x]])]).toEqual([2, 4, 6]);
    expect([
      ...weightedSum([
        [1, x],
        [1, y],
        [1, z],
        [-1, x],
      ]),
    ]).toEqual([110, 220, 330]);
  });
});
