import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { silu } from './silu.ts';

describe('silu', () => {
  checkElementwise(silu, (x) => x / (1 + Math.exp(-x)), [-2, 2], [-100, 100]);
});
