import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { euler } from './euler.ts';

describe('Euler', () => {
  checkSampler(euler, { order: 1 });
});
