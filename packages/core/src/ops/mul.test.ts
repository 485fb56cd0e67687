import { describe } from 'vitest';
import { checkBroadcast } from '../testing/vitest/check-elementwise.ts';
import { mul } from './mul.ts';

describe('mul', () => {
  checkBroadcast(mul, (a, b) => a * b);
});
