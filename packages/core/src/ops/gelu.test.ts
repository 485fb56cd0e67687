import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { gelu } from './gelu.ts';

/** erf by its Taylor series; enough terms for |x| ≤ 6. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [sum, term] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

describe('gelu', () => {
  checkElementwise(gelu, (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)), [-2, 2], [-6, 6], [-100, 100]);
});
