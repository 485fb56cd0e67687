import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { exp } from './exp.ts';

describe('exp', () => {
  checkElementwise(exp, Math.exp, [-2, 2], [-200, -80]);
});
