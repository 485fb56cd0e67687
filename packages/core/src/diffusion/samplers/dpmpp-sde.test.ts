import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { dpmppSde } from './dpmpp-sde.ts';

describe('DPM++ SDE', () => {
  checkSampler(dpmppSde, { order: 2, renews: 20 });
});
