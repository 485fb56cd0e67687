import { describe, expect, test } from 'vitest';
import { expectClose, randomFloats } from '../testing/vitest/index.ts';
import { lowRank, type LowRank } from './low-rank.ts';

function product({ left, values, right }: LowRank, rows: number, columns: number, rank: number): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < rank; k++)
        out[i * columns + j]! += left[i * rank + k]! * values[k]! * right[k * columns + j]!;
  return out;
}

describe('lowRank', () => {
  test.each([
    [6, 5],
    [5, 9],
    [40, 30],
  ])('a matrix [%d, %d] of rank 2 comes back whole', (rows, columns) => {
    const [a, b] = [randomFloats(rows * 2, 1), randomFloats(2 * columns, 2)];
    const matrix = product({ left: a, values: Float32Array.of(1, 1), right: b }, rows, columns, 2);
    const found = lowRank(matrix, rows, columns, 2);
    expectClose(product(found, rows, columns, 2), matrix, { abs: 1e-6, rel: 1e-6 });
    expect(found.values[0]).toBeGreaterThanOrEqual(found.values[1]!);
  });

  test('what is left is across from what was taken', () => {
    const [rows, columns, rank] = [50, 40, 3];
    const matrix = randomFloats(rows * columns, 7);
    const found = lowRank(matrix, rows, columns, rank);
    const rest = product(found, rows, columns, rank).map((x, i) => matrix[i]! - x);
    for (let k = 0; k < rank; k++) {
      let most = 0;
      for (let j = 0; j < columns; j++) {
        let dot = 0;
        for (let i = 0; i < rows; i++) dot += found.left[i * rank + k]! * rest[i * columns + j]!;
        most = Math.max(most, Math.abs(dot));
      }
      expect(most).toBeLessThan(1e-5);
    }
  });

  test('a matrix of zeros, and more ranks than there are', () => {
    expect(lowRank(new Float32Array(12), 3, 4, 2).values).toEqual(Float32Array.of(0, 0));
    expectClose(product(lowRank(Float32Array.of(1, 2, 3, 4), 2, 2, 5), 2, 2, 5), [1, 2, 3, 4]);
  });
});
