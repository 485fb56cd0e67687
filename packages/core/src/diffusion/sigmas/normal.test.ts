import { describe } from 'vitest';
import { checkScheduler } from '../../testing/vitest/check-scheduler.ts';
import { normal } from './normal.ts';

describe('normal', () => {
  checkScheduler(normal);
});
