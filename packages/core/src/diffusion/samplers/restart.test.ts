import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { restart } from './restart.ts';

describe('Restart', () => {
  checkSampler(restart, { order: 2, steps: 9, renews: 40 });
});
