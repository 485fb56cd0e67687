import { describe } from 'vitest';
import { checkElementwise } from '../testing/vitest/check-elementwise.ts';
import { sqrt } from './sqrt.ts';

describe('sqrt', () => {
  checkElementwise(sqrt, Math.sqrt, [0, 4]);
});
