import { describe } from 'vitest';
import { checkBroadcast } from '../testing/vitest/check-elementwise.ts';
import { sub } from './sub.ts';

describe('sub', () => {
  checkBroadcast(sub, (a, b) => a - b);
});
