import { describe, expect, test } from 'vitest';
import { checkScheduler, schedulerInput } from '../../testing/vitest/check-scheduler.ts';
import { exponential } from './exponential.ts';
import { polyexponential } from './polyexponential.ts';

describe('polyexponential', () => {
  checkScheduler(polyexponential);

  test('a steepness of 1 is the exponential scheduler', () => {
    const other = exponential.sigmas!(schedulerInput(12));
    polyexponential.sigmas!(schedulerInput(12)).forEach((sigma, i) => expect(sigma).toBeCloseTo(other[i]!, 5));
  });
});
