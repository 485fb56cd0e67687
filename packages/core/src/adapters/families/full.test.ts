import { describe, expect, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { tensor } from '../../tensor/index.ts';
import { checkAdapter, openModule, runOutputs } from '../../testing/vitest/index.ts';
import { full } from './full.ts';

const base = constant([1, 2, 3, 4], [2, 2]);

describe('full', () => {
  checkAdapter({ family: full, cases: [{ base: [4, 3] }, { base: [4, 3, 3, 3] }, { base: [5] }] });

  test('a bias alone, also for a layer that has none', async () => {
    const module = openModule(new Map([['diff_b', tensor([2], Float32Array.of(1, -1))]]));
    expect(module.weight(base, 1)).toBe(base);
    const { added, fresh } = await runOutputs({
      added: module.bias(constant([5, 5]), 0.5)!,
      fresh: module.bias(undefined, 2)!,
    });
    expect([...added!.data]).toEqual([5.5, 4.5]);
    expect([...fresh!.data]).toEqual([2, -2]);
    expect(module.bias(undefined, 0)).toBeUndefined();
  });

  test('a set weight takes the base’s place as far as the strength goes', async () => {
    const module = openModule(new Map([['set_weight', tensor([4], Float32Array.of(5, 6, 7, 8))]]));
    const { half, whole } = await runOutputs({ half: module.weight(base, 0.5), whole: module.weight(base, 1) });
    expect([...half!.data]).toEqual([3, 4, 5, 6]);
    expect([...whole!.data]).toEqual([5, 6, 7, 8]);
  });
});
