import { describe, expect, test } from 'vitest';
import { checkScheduler, schedulerInput } from '../../testing/vitest/check-scheduler.ts';
import { karras, karrasSigmas } from './karras.ts';

describe('karras', () => {
  checkScheduler(karras);

  test('a steepness of 1 is linear in sigma', () => {
    karrasSigmas({ n: 5, min: 1, max: 9, rho: 1 }).forEach((sigma, i) =>
      expect(sigma).toBeCloseTo([9, 7, 5, 3, 1, 0][i]!, 5),
    );
  });

  test('ten steps of Stable Diffusion', () => {
    const sigmas = karras.sigmas!(schedulerInput(10, { rho: 7 }));
    expect(sigmas[1]).toBeCloseTo(9.102934, 5);
    expect(sigmas[5]).toBeCloseTo(0.914077, 6);
  });
});
