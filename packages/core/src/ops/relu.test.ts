import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { relu } from './relu.ts';

describe('relu', () => {
  checkElementwise(relu, (x) => Math.max(x, 0));
});
