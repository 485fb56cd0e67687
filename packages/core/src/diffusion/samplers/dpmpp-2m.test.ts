import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { dpmpp2m } from './dpmpp-2m.ts';

describe('DPM++ 2M', () => {
  checkSampler(dpmpp2m, { order: 2, steps: 48 });
});
