import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { leakyRelu } from './leaky-relu.ts';

describe('leakyRelu', () => {
  checkElementwise(
    (x) => leakyRelu(x, 0.1),
    (x) => (x > 0 ? x : 0.1 * x),
  );
});
