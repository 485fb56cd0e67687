import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { cos } from './cos.ts';

describe('cos', () => {
  checkElementwise(cos, Math.cos, [-2, 2], [0, 1000]);
});
