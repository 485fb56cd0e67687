import { describe, expect, test } from 'vitest';
import { checkScheduler, schedulerInput } from '../../testing/vitest/check-scheduler.ts';
import { ddim } from './ddim.ts';

const stride = (n: number): number => Math.floor(1000 / n);

describe('ddim', () => {
  checkScheduler(ddim, {
    counts: false,
    first: ({ n, table }) => table.sigmas[1 + Math.floor(998 / stride(n)) * stride(n)]!,
    last: ({ table }) => table.sigmas[1]!,
  });

  test.each([
    [10, 10],
    [30, 31],
    [7, 8],
  ])('%s steps give %s sigmas and a 0', (n, expected) => {
    expect(ddim.sigmas!(schedulerInput(n))).toHaveLength(expected + 1);
  });
});
