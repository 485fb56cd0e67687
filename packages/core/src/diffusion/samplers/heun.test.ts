import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { heun } from './heun.ts';

describe('Heun', () => {
  checkSampler(heun, { order: 2 });
});
