import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { ddim } from './ddim.ts';

describe('DDIM', () => {
  checkSampler(ddim, { order: 1, renews: 40 });
});
