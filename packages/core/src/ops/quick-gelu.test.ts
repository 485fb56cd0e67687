import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { quickGelu } from './quick-gelu.ts';

describe('quickGelu', () => {
  checkElementwise(quickGelu, (x) => x / (1 + Math.exp(-1.702 * x)), [-2, 2], [-100, 100]);
});
