import { describe, expect, test } from 'vitest';
import { checkScheduler, schedulerInput } from '../../testing/vitest/check-scheduler.ts';
import { normal } from './normal.ts';
import { sgmUniform } from './sgm-uniform.ts';

describe('sgmUniform', () => {
  checkScheduler(sgmUniform, { last: (input) => normal.sigmas!({ ...input, n: input.n + 1 }).at(-3)! });

  test('is the normal scheduler of one step more, without its last sigma', () => {
    const longer = normal.sigmas!(schedulerInput(11));
    expect(sgmUniform.sigmas!(schedulerInput(10))).toEqual(longer.toSpliced(-2, 1));
  });
});
