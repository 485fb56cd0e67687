import { describe, expect, test } from 'vitest';
import { checkScheduler, schedulerInput } from '../../testing/vitest/check-scheduler.ts';
import { alignYourSteps } from './align-your-steps.ts';

describe('alignYourSteps', () => {
  checkScheduler(alignYourSteps, { first: () => 14.615, last: () => 0.029 });

  test('eleven steps are the optimised ones, and another base model has others', () => {
    expect(alignYourSteps.sigmas!(schedulerInput(11))[1]).toBe(Math.fround(6.475));
    expect(alignYourSteps.sigmas!(schedulerInput(11, { sdxl: true }))[1]).toBe(Math.fround(6.315));
  });

  test('a single step is the lowest sigma', () => {
    expect(alignYourSteps.sigmas!(schedulerInput(1))).toEqual([Math.fround(0.029), 0]);
  });
});
