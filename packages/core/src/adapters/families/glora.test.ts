import { describe, expect, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { sub } from '../../ops/index.ts';
import { tensor, type Tensor } from '../../tensor/index.ts';
import { checkAdapter, expectClose, expectDigest, fill, openModule, runOutputs } from '../../testing/vitest/index.ts';
import type { FreshParts } from '../adapter.ts';
import { glora } from './glora.ts';

const base = constant(fill(27, [4, 6]).data, [4, 6]);

async function deltaOf(parts: FreshParts, ratio?: number): Promise<Tensor> {
  return (await runOutputs({ delta: sub(openModule(parts).weight(base, 1, { ratio }), base) })).delta!;
}

const present = new Map([
  ['a1.weight', fill(28, [6, 2])],
  ['a2.weight', fill(29, [2, 6])],
  ['b1.weight', fill(30, [4, 2])],
  ['b2.weight', fill(31, [2, 6])],
  ['alpha', tensor([], Float32Array.of(1))],
]);
const old = new Map([
  ['a1.weight', fill(28, [2, 6])],
  ['a2.weight', fill(29, [6, 2])],
  ['b1.weight', fill(30, [2, 6])],
  ['b2.weight', fill(31, [4, 2])],
  ['alpha', tensor([], Float32Array.of(1))],
]);

describe('glora', () => {
  checkAdapter({ family: glora, linear: true, cases: [{ base: [6, 4] }, { base: [6, 6] }, { base: [4, 3, 3, 3] }] });

  test('the present layout, scaled, and the old one, which is not', async () => {
    expectDigest(await deltaOf(present), [-0.210938, 0.017578, 0.150635, -0.109375, -0.381836, -0.575562, 1.03829]);
    expectDigest(await deltaOf(old), [0.06543, -0.354004, 0.36084, -0.777344, 0.516113, -1.011963, 6.030739]);
  });

  test('a block’s weight counts for the half that depends on the base only', async () => {
    const product = new Map([...old, ['a1.weight', tensor([2, 6])]]);
    expectClose((await deltaOf(old, 0)).data, (await deltaOf(product)).data);
  });

  test('factors of neither layout are refused', () => {
    const odd = new Map([...present, ['b2.weight', fill(31, [3, 6])]]);
    expect(() => openModule(odd).weight(base, 1)).toThrow(expect.objectContaining({ code: 'shape' }));
  });
});
