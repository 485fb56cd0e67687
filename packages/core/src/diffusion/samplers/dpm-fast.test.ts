import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { dpmFast } from './dpm-fast.ts';

describe('DPM fast', () => {
  checkSampler(dpmFast, { order: 3, steps: 5, calls: (steps) => 3 * steps - 1, renews: 12 });
});
