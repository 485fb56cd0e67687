import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { unipc } from './unipc.ts';

describe('UniPC', () => {
  checkSampler(unipc, { order: 3, endsAt: 0 });
});
