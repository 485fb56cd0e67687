import { describe } from 'vitest';
import { checkBroadcast } from '../testing/vitest/check-elementwise.ts';
import { div } from './div.ts';

describe('div', () => {
  checkBroadcast(div, (a, b) => a / b, { b: [0.5, 4] });
});
