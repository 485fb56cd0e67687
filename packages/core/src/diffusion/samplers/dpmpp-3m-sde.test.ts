import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { dpmpp3mSde } from './dpmpp-3m-sde.ts';

describe('DPM++ 3M SDE', () => {
  checkSampler(dpmpp3mSde, { order: 2, renews: 20 });
});
