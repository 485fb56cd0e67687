import { describe, expect, test } from 'vitest';
import { tensor } from '../tensor/index.ts';
import { applyEmphasis, emphasisMode } from './emphasis.ts';

const z = tensor([2, 2, 2], Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]));
const weights = [
  [1, 2],
  [0.5, 1],
];
const mean = (values: Float32Array): number => values.reduce((a, b) => a + b) / values.length;

describe('emphasis', () => {
  test('"No norm" multiplies each token, "Original" also restores the mean of the batch', () => {
    expect([...applyEmphasis('No norm', z, weights).data]).toEqual([1, 2, 6, 8, 2.5, 3, 7, 8]);
    const original = applyEmphasis('Original', z, weights).data;
    expect(mean(original)).toBeCloseTo(4.5, 6);
    expect(original[1]! / original[0]!).toBeCloseTo(2, 6);
  });

  test('weights of one change nothing, to the bit', () => {
    const ones = [
      [1, 1],
      [1, 1],
    ];
    expect(applyEmphasis('Original', z, ones)).toEqual(z);
  });

  test('"Ignore" and "None" leave z alone, unknown names are "Original"', () => {
    expect(applyEmphasis('Ignore', z, weights)).toBe(z);
    expect(applyEmphasis('None', z, weights)).toBe(z);
    expect(emphasisMode('No norm')).toBe('No norm');
    expect(emphasisMode('?')).toBe('Original');
  });

  test('refuses weights of another shape', () => {
    expect(() => applyEmphasis('Original', z, [[1, 1]])).toThrowError(expect.objectContaining({ code: 'shape' }));
  });
});
