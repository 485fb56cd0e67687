import { describe } from 'vitest';
import { checkScheduler } from '../../testing/vitest/check-scheduler.ts';
import { exponential } from './exponential.ts';

describe('exponential', () => {
  checkScheduler(exponential);
});
