import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { lcm } from './lcm.ts';

describe('LCM', () => {
  checkSampler(lcm, {});
});
