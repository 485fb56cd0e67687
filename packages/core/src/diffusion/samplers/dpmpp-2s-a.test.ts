import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { dpmpp2sA } from './dpmpp-2s-a.ts';

describe('DPM++ 2S a', () => {
  checkSampler(dpmpp2sA, { order: 2, renews: 20 });
});
