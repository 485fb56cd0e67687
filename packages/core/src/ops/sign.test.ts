import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { sign } from './sign.ts';

describe('sign', () => {
  checkElementwise(sign, Math.sign);
});
