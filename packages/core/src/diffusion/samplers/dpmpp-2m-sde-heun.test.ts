import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { dpmpp2mSdeHeun } from './dpmpp-2m-sde-heun.ts';

describe('DPM++ 2M SDE Heun', () => {
  checkSampler(dpmpp2mSdeHeun, { order: 2, steps: 48, renews: 20 });
});
