import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { sigmoid } from './sigmoid.ts';

describe('sigmoid', () => {
  checkElementwise(sigmoid, (x) => 1 / (1 + Math.exp(-x)), [-2, 2], [-100, 100]);
});
