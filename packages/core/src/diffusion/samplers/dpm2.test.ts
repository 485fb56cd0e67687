import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { dpm2 } from './dpm2.ts';

describe('DPM2', () => {
  checkSampler(dpm2, { order: 2 });
});
