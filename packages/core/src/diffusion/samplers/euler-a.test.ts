import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { eulerA } from './euler-a.ts';

describe('Euler a', () => {
  checkSampler(eulerA, { order: 1, renews: 40 });
});
