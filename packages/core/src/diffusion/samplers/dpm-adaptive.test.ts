import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { dpmAdaptive } from './dpm-adaptive.ts';

describe('DPM adaptive', () => {
  checkSampler(dpmAdaptive, { renews: 1 });
});
