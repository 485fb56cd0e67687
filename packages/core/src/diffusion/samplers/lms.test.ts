import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { lms } from './lms.ts';

describe('LMS', () => {
  checkSampler(lms, { order: 3 });
});
