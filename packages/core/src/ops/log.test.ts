import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { log } from './log.ts';

describe('log', () => {
  checkElementwise(log, Math.log, [0.1, 3], [1e-30, 1e-29]);
});
