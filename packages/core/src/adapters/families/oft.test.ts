import { describe, expect, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { tensor, type Tensor } from '../../tensor/index.ts';
import { checkAdapter, expectClose, expectDigest, fill, openModule, runOutputs } from '../../testing/vitest/index.ts';
import type { FreshParts } from '../adapter.ts';
import { oft } from './oft.ts';

const number = (value: number): Tensor => tensor([], Float32Array.of(value));

async function weightOf(parts: FreshParts, { data, shape }: Tensor): Promise<Tensor> {
  return (await runOutputs({ w: openModule(parts).weight(constant(data, shape), 1) })).w!;
}

/** Two blocks [[0, v], [0, 0]]. */
const blocks = tensor([2, 2, 2], Float32Array.of(0, 0.1, 0, 0, 0, -0.2, 0, 0));
const counted = tensor([4, 2], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));

describe('oft', () => {
  checkAdapter({
    family: oft,
    optional: ['rescale'],
    cases: [
      { base: [8, 5] },
      { base: [8, 5], options: { rank: 4, rescaled: true } },
      { base: [8, 3, 3, 3], options: { constraint: 0.01 } },
    ],
  });

  test('free, and held by a constraint; lengths stay', async () => {
    const base = fill(23, [4, 3]);
    const parts = new Map([['oft_blocks', fill(24, [2, 2, 2])]]);
    const free = await weightOf(parts, base);
    expectDigest(free, [0.404314, -0.037058, -0.669248, 0.747788, 0.64299, 1.311148, 2.183594]);
    const held = await weightOf(new Map([...parts, ['alpha', number(0.01)]]), base);
    expectDigest(held, [-0.662943, 0.184316, -0.404299, 0.53213, 0.329557, -0.755782, 2.183594]);
  });

  test('without alpha, and with alpha 0, nothing holds the rotation', async () => {
    const wanted = [0.386139, 1.168317, 3.138614, 4.316832, 7.307692, 8.615385, 4.538462, 5.076923];
    expectClose((await weightOf(new Map([['oft_blocks', blocks]]), counted)).data, wanted);
    expectClose(
      (
        await weightOf(
          new Map([
            ['oft_blocks', blocks],
            ['alpha', number(0)],
          ]),
          counted,
        )
      ).data,
      wanted,
    );
    const factor = (0.001 * 4 + 1e-8) / (Math.hypot(0.1, 0.1, 0.2, 0.2) + 1e-8);
    const scaled = tensor(
      [2, 2, 2],
      blocks.data.map((x) => x * factor),
    );
    expectClose(
      (
        await weightOf(
          new Map([
            ['oft_blocks', blocks],
            ['alpha', number(0.001)],
          ]),
          counted,
        )
      ).data,
      (await weightOf(new Map([['oft_blocks', scaled]]), counted)).data,
    );
  });

  test('a constraint far beyond the rotation changes nothing at all', async () => {
    const parts = new Map([['oft_blocks', blocks]]);
    const loose = new Map([...parts, ['alpha', number(1e6)]]);
    expect((await weightOf(loose, counted)).data).toEqual((await weightOf(parts, counted)).data);
  });

  test('the key of 2023 holds the rotations themselves', async () => {
    const turn = tensor([2, 2, 2], Float32Array.of(0, -1, 1, 0, 1, 0, 0, 1));
    expect([...(await weightOf(new Map([['oft_diag', turn]]), counted)).data]).toEqual([3, 4, -1, -2, 5, 6, 7, 8]);
  });

  test('blocks for another number of outputs are refused', () => {
    expect(() =>
      openModule(new Map([['oft_blocks', blocks]])).weight(constant(new Float32Array(10), [5, 2]), 1),
    ).toThrow(expect.objectContaining({ code: 'shape', got: [2, 2, 2] }));
  });
});
