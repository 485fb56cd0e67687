import { describe, expect, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { sub } from '../../ops/index.ts';
import { tensor, type Tensor } from '../../tensor/index.ts';
import { checkAdapter, expectClose, expectDigest, fill, openModule, runOutputs } from '../../testing/vitest/index.ts';
import type { FreshParts, Hints } from '../adapter.ts';
import type { ModuleOptions } from '../module.ts';
import { lora } from './lora.ts';

/** What the parts add to a weight of zeros of this shape. */
async function deltaOf(
  parts: FreshParts,
  shape: readonly number[],
  options: ModuleOptions = {},
  hints: Hints = {},
): Promise<Tensor> {
  const zero = constant(tensor(shape).data, shape);
  const { delta } = await runOutputs({ delta: sub(openModule(parts, hints).weight(zero, 1, options), zero) });
  return delta!;
}

const number = (value: number): Tensor => tensor([], Float32Array.of(value));

describe('lora', () => {
  checkAdapter({
    family: lora,
    linear: true,
    optional: ['lora_mid.weight'],
    cases: [
      { base: [6, 4] },
      { base: [4, 3, 1, 1] },
      { base: [4, 3, 3, 3] },
      { base: [4, 3, 3, 3], options: { tucker: true } },
    ],
  });

  test('the delta of a convolution, and of one with a core', async () => {
    const parts = { up: fill(1, [4, 2, 1, 1]), alpha: number(1) };
    const plain = new Map([
      ['lora_up.weight', parts.up],
      ['lora_down.weight', fill(2, [2, 3, 3, 3])],
      ['alpha', parts.alpha],
    ]);
    expectDigest(
      await deltaOf(plain, [4, 3, 3, 3]),
      [0.035156, 0.193359, -0.052734, 0.105469, -0.179688, 0.365234, 1.755688],
    );
    const core = new Map([
      ['lora_up.weight', parts.up],
      ['lora_mid.weight', fill(3, [2, 2, 3, 3])],
      ['lora_down.weight', fill(4, [2, 3, 1, 1])],
      ['alpha', parts.alpha],
    ]);
    expectDigest(
      await deltaOf(core, [4, 3, 3, 3]),
      [-0.037354, 0.12085, 0.026367, 0.032959, -0.028809, 0.140503, 0.435997],
    );
  });

  test('each module has its own rank and alpha; without alpha the scale is 1, with alpha 0 it is 0', async () => {
    const pair = (rank: number, alpha?: number): FreshParts =>
      new Map([
        ['lora_up.weight', tensor([3, rank], new Float32Array(3 * rank).fill(1))],
        ['lora_down.weight', tensor([rank, 2], new Float32Array(2 * rank).fill(1))],
        ...(alpha === undefined ? [] : ([['alpha', number(alpha)]] as const)),
      ]);
    const all = async (parts: FreshParts): Promise<number> => (await deltaOf(parts, [3, 2])).data[0]!;
    expect(await all(pair(2, 1))).toBe(1);
    expect(await all(pair(8, 6))).toBe(6);
    expect(await all(pair(3))).toBe(3);
    expect(await all(pair(1, 1))).toBe(1);
    expect(await all(pair(4, 0))).toBe(0);
  });

  test('without any rank it changes nothing', () => {
    const parts = new Map([
      ['lora_up.weight', tensor([3, 0])],
      ['lora_down.weight', tensor([0, 2])],
      ['alpha', number(1)],
    ]);
    const base = constant([1, 2, 3, 4, 5, 6], [3, 2]);
    expect(openModule(parts).weight(base, 1)).toBe(base);
  });

  test('dynamic ranks: the first so many, at the scale of all; not beside a core', async () => {
    const parts = new Map([
      ['lora_up.weight', fill(1, [4, 3])],
      ['lora_down.weight', fill(2, [3, 5])],
      ['alpha', number(6)],
    ]);
    const first = new Map([
      [
        'lora_up.weight',
        tensor(
          [4, 1],
          Float32Array.from([0, 1, 2, 3], (i) => fill(1, [4, 3]).data[3 * i]!),
        ),
      ],
      ['lora_down.weight', tensor([1, 5], fill(2, [3, 5]).data.slice(0, 5))],
      ['alpha', number(2)],
    ]);
    expectClose((await deltaOf(parts, [4, 5], { dyn: 1 })).data, (await deltaOf(first, [4, 5])).data);
    expect((await deltaOf(parts, [4, 5], { dyn: 9 })).data).toEqual((await deltaOf(parts, [4, 5])).data);
    expect((await deltaOf(parts, [4, 5], { dyn: -2 })).data).toEqual((await deltaOf(parts, [4, 5], { dyn: 1 })).data);
  });

  test('factors of four axes fit a linear layer, and of two a convolution of one point', async () => {
    const [up, down] = [fill(1, [4, 2]), fill(2, [2, 3])];
    const flat = new Map([
      ['lora_up.weight', up],
      ['lora_down.weight', down],
    ]);
    const deep = new Map([
      ['lora_up.weight', tensor([4, 2, 1, 1], up.data)],
      ['lora_down.weight', tensor([2, 3, 1, 1], down.data)],
    ]);
    const wanted = (await deltaOf(flat, [4, 3])).data;
    expect((await deltaOf(deep, [4, 3])).data).toEqual(wanted);
    expect((await deltaOf(flat, [4, 3, 1, 1])).data).toEqual(wanted);
  });

  test('a delta for 4 channels leaves the mask channels of an inpainting model alone', async () => {
    const parts = new Map([
      ['lora_up.weight', fill(1, [2, 1, 1, 1])],
      ['lora_down.weight', fill(2, [1, 4, 3, 3])],
    ]);
    const { data } = await deltaOf(parts, [2, 9, 3, 3]);
    const plain = (await deltaOf(parts, [2, 4, 3, 3])).data;
    expect([...data.slice(0, 36), ...data.slice(81, 117)]).toEqual([...plain]);
    expect(Math.max(...data.slice(36, 81).map(Math.abs))).toBe(0);
  });

  test('a table of tokens is stored the other way round, and a bias of the up side counts with the same scale', async () => {
    const table = new Map([
      ['lora_embedding_down', fill(1, [2, 5])],
      ['lora_embedding_up', fill(2, [3, 2])],
    ]);
    const straight = new Map([
      ['lora_down.weight', fill(1, [2, 5])],
      ['lora_up.weight', fill(2, [3, 2])],
    ]);
    const [got, turned] = [(await deltaOf(table, [5, 3])).data, (await deltaOf(straight, [3, 5])).data];
    expect([...got]).toEqual(Array.from({ length: 15 }, (_, i) => turned[(i % 3) * 5 + Math.floor(i / 3)]));
    const biased = openModule(
      new Map([...straight, ['lora_up.bias', tensor([3], Float32Array.of(1, 2, 3))], ['alpha', number(1)]]),
    );
    const { bias } = await runOutputs({ bias: biased.bias(constant([1, 1, 1]), 1)! });
    expect([...bias!.data]).toEqual([1.5, 2, 2.5]);
  });

  test('a configuration’s scale counts only where the file has no alpha', async () => {
    const parts = new Map([
      ['lora_up.weight', fill(1, [4, 2])],
      ['lora_down.weight', fill(2, [2, 3])],
    ]);
    const hinted = (await deltaOf(parts, [4, 3], {}, { scale: 3 })).data;
    expectClose(
      hinted,
      (await deltaOf(parts, [4, 3])).data.map((x) => 3 * x),
    );
    const own = new Map([...parts, ['alpha', number(2)]]);
    expect((await deltaOf(own, [4, 3], {}, { scale: 3 })).data).toEqual((await deltaOf(parts, [4, 3])).data);
  });

  test('factors of different ranks, and a layer of another size, are told', () => {
    const odd = new Map([
      ['lora_up.weight', fill(1, [4, 3])],
      ['lora_down.weight', fill(2, [2, 3])],
    ]);
    expect(() => openModule(odd)).toThrow(
      expect.objectContaining({ code: 'adapter', key: 'lora_unet_layer.lora_up.weight' }),
    );
    const even = openModule(
      new Map([
        ['lora_up.weight', fill(1, [4, 2])],
        ['lora_down.weight', fill(2, [2, 3])],
      ]),
    );
    expect(() => even.weight(constant(new Float32Array(16), [4, 4]), 1)).toThrow(
      expect.objectContaining({ code: 'shape' }),
    );
  });
});
