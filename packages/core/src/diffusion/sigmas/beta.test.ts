import { describe, expect, test } from 'vitest';
import { checkScheduler, schedulerInput } from '../../testing/vitest/check-scheduler.ts';
import { beta } from './beta.ts';

describe('beta', () => {
  checkScheduler(beta);

  test('the distribution with both parameters 1 is linear in sigma', () => {
    const sigmas = beta.sigmas!(schedulerInput(5, { min: 1, max: 9, betaAlpha: 1, betaBeta: 1 }));
    sigmas.forEach((sigma, i) => expect(sigma).toBeCloseTo([9, 7, 5, 3, 1, 0][i]!, 6));
  });
});
