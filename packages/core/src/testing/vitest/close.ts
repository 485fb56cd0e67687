import { expect } from 'vitest';

/** How far a result in each type may lie from the exact one: |a − b| ≤ abs + rel·|b|. */
export const TOLERANCES = {
  /** A few roundings of sums of up to some hundred products near 1. */
  f32: { abs: 2e-5, rel: 2e-5 },
  f16: { abs: 2e-3, rel: 2e-3 },
  bf16: { abs: 1.6e-2, rel: 1.6e-2 },
} as const;

/** Fails unless two lists of numbers agree; says how many do not, where the worst is, and by how much. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { abs, rel }: { readonly abs: number; readonly rel: number } = TOLERANCES.f32,
): void {
  expect(actual.length, 'number of values').toBe(expected.length);
  let wrong = 0;
  let worst = { excess: 0, at: 0 };
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!];
    if (Object.is(a, b) || a === b) continue;
    const excess = Math.abs(a - b) - (abs + rel * Math.abs(b));
    if (excess <= 0) continue;
    wrong += 1;
    // NaN, of a number that is missing or infinite on one side only, is as wrong as can be.
    const size = Number.isNaN(excess) ? Infinity : excess;
    if (size > worst.excess) worst = { excess: size, at: i };
  }
  if (wrong === 0) return;
  const [a, b] = [actual[worst.at]!, expected[worst.at]!];
  expect.fail(`${wrong} of ${expected.length} values differ; the worst at ${worst.at}: ${a}, expected ${b}`);
}
