import { describe, expect, test } from 'vitest';
import { checkScheduler, schedulerInput } from '../../testing/vitest/check-scheduler.ts';
import { simple } from './simple.ts';

describe('simple', () => {
  checkScheduler(simple, {
    last: ({ n, table }) => table.sigmas[table.sigmas.length - 1 - Math.trunc((n - 1) * (table.sigmas.length / n))]!,
  });

  test('takes entries of the table', () => {
    const input = schedulerInput(7);
    for (const sigma of simple.sigmas!(input).slice(0, -1)) expect(input.table.sigmas).toContain(sigma);
  });
});
