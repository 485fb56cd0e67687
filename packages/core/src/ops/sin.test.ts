import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { sin } from './sin.ts';

describe('sin', () => {
  checkElementwise(sin, Math.sin, [-2, 2], [0, 1000]);
});
