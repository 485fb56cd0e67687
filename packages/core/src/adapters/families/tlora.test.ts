import { describe, expect, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { tensor } from '../../tensor/index.ts';
import { checkAdapter, expectClose, openModule, randomFloats, runOutputs } from '../../testing/vitest/index.ts';
import { lowRank } from '../low-rank.ts';
import { tlora } from './tlora.ts';

describe('tlora', () => {
  checkAdapter({
    family: tlora,
    linear: true,
    cases: [{ base: [6, 5] }, { base: [5, 8, 1, 1], options: { rank: 3 } }],
  });

  test('the first triples of the base are taken away, the trained ones added', async () => {
    const base = tensor([6, 5], randomFloats(30, 3));
    const { left, values, right } = lowRank(base.data, 6, 5, 2);
    const nothing = new Map([
      ['q_layer.weight', tensor([2, 5])],
      ['p_layer.weight', tensor([6, 2])],
      ['lambda_layer', tensor([1, 2])],
    ]);
    const { w } = await runOutputs({
      w: openModule(nothing)
        .prepare(base)
        .weight(constant(base.data, [6, 5]), 1),
    });
    const wanted = base.data.map((x, at) => {
      const [i, j] = [Math.floor(at / 5), at % 5];
      return x - [0, 1].reduce((sum, k) => sum + left[i * 2 + k]! * values[k]! * right[k * 5 + j]!, 0);
    });
    expectClose(w!.data, wanted);
  });

  test('needs the base before it is used', () => {
    const parts = new Map([
      ['q_layer.weight', tensor([2, 5])],
      ['p_layer.weight', tensor([6, 2])],
      ['lambda_layer', tensor([1, 2])],
    ]);
    expect(openModule(parts).prepares).toBe(true);
    expect(() => openModule(parts).weight(constant(new Float32Array(30), [6, 5]), 1)).toThrow(
      expect.objectContaining({ code: 'adapter' }),
    );
  });
});
