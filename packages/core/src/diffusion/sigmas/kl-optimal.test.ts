import { describe } from 'vitest';
import { checkScheduler } from '../../testing/vitest/check-scheduler.ts';
import { klOptimal } from './kl-optimal.ts';

describe('klOptimal', () => {
  checkScheduler(klOptimal, { endsAtZero: false });
});
