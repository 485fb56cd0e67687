import { describe } from 'vitest';
import { checkScheduler } from '../../testing/vitest/check-scheduler.ts';
import { uniform } from './uniform.ts';

describe('uniform', () => {
  checkScheduler(uniform);
});
