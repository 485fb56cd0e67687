import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { dpmpp2mSde } from './dpmpp-2m-sde.ts';

describe('DPM++ 2M SDE', () => {
  checkSampler(dpmpp2mSde, { order: 2, steps: 48, renews: 20 });
});
