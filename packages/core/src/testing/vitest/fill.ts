import { expect } from 'vitest';
import { numel, tensor, type Tensor } from '../../tensor/index.ts';

/** Numbers by rule, exact in half precision: element i is (((37·i + 11·seed) mod 23) − 11)/16. */
export function fill(seed: number, shape: readonly number[]): Tensor {
  return tensor(
    shape,
    Float32Array.from({ length: numel(shape) }, (_, i) => (((37 * i + 11 * seed) % 23) - 11) / 16),
  );
}

/** What is known of a result: its first four numbers, its last, its sum and its sum of squares, to six digits after the point. */
export type Digest = readonly [a: number, b: number, c: number, d: number, last: number, sum: number, squares: number];

/** Fails unless a result has this digest. */
export function expectDigest({ data }: Tensor, expected: Digest): void {
  const sum = data.reduce((total, x) => total + x, 0);
  const squares = data.reduce((total, x) => total + x * x, 0);
  const got = [...data.slice(0, 4), data.at(-1)!, sum, squares];
  for (const [i, value] of expected.entries()) expect(got[i], `number ${i} of the digest`).toBeCloseTo(value, 4);
}
