import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { plms } from './plms.ts';

describe('PLMS', () => {
  checkSampler(plms, { order: 2 });
});
