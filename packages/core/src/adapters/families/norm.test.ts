import { describe, expect, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { tensor } from '../../tensor/index.ts';
import { checkAdapter, openModule, runOutputs } from '../../testing/vitest/index.ts';
import { norm } from './norm.ts';

describe('norm', () => {
  checkAdapter({ family: norm, optional: ['w_norm', 'b_norm'], cases: [{ base: [6] }] });

  test('gain and bias, each alone too', async () => {
    const gain = openModule(new Map([['w_norm', tensor([2], Float32Array.of(1, 2))]]));
    const bias = openModule(new Map([['b_norm', tensor([2], Float32Array.of(3, 4))]]));
    const own = constant([1, 1]);
    const { g, b } = await runOutputs({ g: gain.weight(own, 0.5), b: bias.bias(own, 0.5)! });
    expect([...g!.data]).toEqual([1.5, 2]);
    expect([...b!.data]).toEqual([2.5, 3]);
    expect(gain.bias(own, 1)).toBe(own);
    expect(bias.weight(own, 1)).toBe(own);
  });

  test('the part `scale` counts for the gain, not for the bias', async () => {
    const module = openModule(
      new Map([
        ['w_norm', tensor([2], Float32Array.of(1, 2))],
        ['b_norm', tensor([2], Float32Array.of(3, 4))],
        ['scale', tensor([], Float32Array.of(0.5))],
      ]),
    );
    const own = constant([1, 1]);
    const { g, b } = await runOutputs({ g: module.weight(own, 1), b: module.bias(own, 1)! });
    expect([...g!.data]).toEqual([1.5, 2]);
    expect([...b!.data]).toEqual([4, 5]);
  });
});
