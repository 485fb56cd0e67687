import { describe } from 'vitest';
import { checkBroadcast } from '../testing/vitest/check-elementwise.ts';
import { add } from './add.ts';

describe('add', () => {
  checkBroadcast(add, (a, b) => a + b);
});
