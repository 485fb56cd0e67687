import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { dpm2A } from './dpm2-a.ts';

describe('DPM2 a', () => {
  checkSampler(dpm2A, { order: 2, renews: 20 });
});
