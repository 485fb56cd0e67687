import { describe, expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { tensor } from '../tensor/index.ts';
import { expectClose, randomFloats, runOutputs } from '../testing/vitest/index.ts';
import { cayleyIterations, cayleyLess, skew } from './cayley.ts';

/** R − I of one block by Gauss and Jordan, in float64. */
function reference(blocks: Float32Array, n: number): number[] {
  const q = (i: number, j: number): number => blocks[i * n + j]! - blocks[j * n + i]!;
  // (I − Q)ᵀ X = (I + Q)ᵀ gives Rᵀ.
  const a = Array.from({ length: n }, (_, i) =>
    Array.from({ length: 2 * n }, (__, j) => (i === j % n ? 1 : 0) + (j < n ? -q(j, i) : q(j - n, i))),
  );
  for (let p = 0; p < n; p++) {
    const pivot = a[p]![p]!;
    a[p] = a[p]!.map((x) => x / pivot);
    for (let i = 0; i < n; i++) {
      const factor = a[i]![p]!;
      if (i !== p) a[i] = a[i]!.map((x, j) => x - factor * a[p]![j]!);
    }
  }
  return Array.from(
    { length: n * n },
    (_, at) => a[at % n]![n + Math.floor(at / n)]! - (Math.floor(at / n) === at % n ? 1 : 0),
  );
}

describe('cayleyLess', () => {
  test.each([
    [2, 0.01],
    [4, 0.5],
    [8, 2],
    [16, 5],
  ])('blocks of %d with numbers up to %d', async (n, most) => {
    const data = randomFloats(n * n, n, [-most, most]);
    const length = Math.hypot(...data);
    const x = input('x', [1, n, n]);
    const { r } = await runOutputs(
      { r: cayleyLess(skew(x), cayleyIterations(length)) },
      { x: tensor([1, n, n], data) },
    );
    expectClose(r!.data, reference(data, n), { abs: 3e-5, rel: 3e-5 });
  });

  test('no rotation is exactly 0, and a tiny one keeps its digits', async () => {
    const x = input('x', [2, 2, 2]);
    const { r } = await runOutputs(
      { r: cayleyLess(skew(x)) },
      { x: tensor([2, 2, 2], Float32Array.of(0, 0, 0, 0, 0, 1e-20, 0, 0)) },
    );
    expect([...r!.data.slice(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(r!.data[5]! / 2e-20).toBeCloseTo(1, 5);
  });

  test('more iterations for longer blocks, and a fixed number for unknown ones', () => {
    expect(cayleyIterations(0)).toBeLessThan(cayleyIterations(1));
    expect(cayleyIterations(1)).toBeLessThan(cayleyIterations(100));
    expect(cayleyIterations(undefined)).toBe(12);
    expect(cayleyIterations(Infinity)).toBe(12);
  });
});
