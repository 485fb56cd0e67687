import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { tanh } from './tanh.ts';

describe('tanh', () => {
  checkElementwise(tanh, Math.tanh, [-2, 2], [-60, 60]);
});
