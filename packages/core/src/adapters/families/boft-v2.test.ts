import { describe, expect, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { tensor } from '../../tensor/index.ts';
import { checkAdapter, expectClose, fill, openModule, runOutputs } from '../../testing/vitest/index.ts';
import { boftV2 } from './boft-v2.ts';

describe('boft-v2', () => {
  checkAdapter({
    family: boftV2,
    cases: [{ base: [5, 8] }, { base: [3, 4, 2, 2], options: { rank: 4 } }, { base: [5, 8], options: { rank: 4 } }],
  });

  test('rounds turn the inputs, so rows keep their length', async () => {
    const base = fill(1, [3, 8]);
    const parts = new Map([
      ['boft_R', fill(2, [2, 4, 2, 2])],
      ['boft_s', tensor([3, 1], Float32Array.of(1, 1, 1))],
    ]);
    const { w } = await runOutputs({ w: openModule(parts).weight(constant(base.data, [3, 8]), 1) });
    const lengths = (data: Float32Array): number[] => [0, 8, 16].map((at) => Math.hypot(...data.slice(at, at + 8)));
    expectClose(lengths(w!.data), lengths(base.data));
    expect(w!.data).not.toEqual(base.data);
  });

  test('odd blocks cannot be shuffled', () => {
    const odd = new Map([
      ['boft_R', tensor([2, 2, 3, 3])],
      ['boft_s', tensor([1, 1])],
    ]);
    expect(() => openModule(odd).weight(constant(new Float32Array(6), [1, 6]), 1)).toThrow(
      expect.objectContaining({ code: 'shape', got: [2, 2, 3, 3] }),
    );
  });
});
