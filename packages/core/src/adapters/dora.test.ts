import { describe, expect, test } from 'vitest';
import { constant, input } from '../graph/index.ts';
import { tensor } from '../tensor/index.ts';
import { expectClose, expectDigest, fill, openModule, runOutputs } from '../testing/vitest/index.ts';

const base = constant([1, 2, 3, 4], [2, 2]);
/** up [1, 2]ᵀ, down [1, 2], alpha 0.5, magnitudes of the inputs [2, 3]. */
const parts = new Map([
  ['lora_up.weight', tensor([2, 1], Float32Array.of(1, 2))],
  ['lora_down.weight', tensor([1, 2], Float32Array.of(1, 2))],
  ['alpha', tensor([], Float32Array.of(0.5))],
  ['dora_scale', tensor([1, 2], Float32Array.of(2, 3))],
]);

describe('dora', () => {
  test('alpha counts before the lengths are taken, the strength after', async () => {
    const module = openModule(parts);
    expect(module.dora).toBe(true);
    const { whole, half, little } = await runOutputs({
      whole: module.weight(base, 1),
      half: module.weight(base, 0.5),
      little: module.weight(base, 1e-5),
    });
    expectClose(whole!.data, [0.702247, 1.341641, 1.872658, 2.683282]);
    expectClose(half!.data, [0.851123, 1.67082, 2.436329, 3.341641]);
    expectClose(little!.data, [1, 2, 3, 4], { abs: 3e-5, rel: 0 });
    expect(module.weight(base, 0)).toBe(base);
  });

  test('lengths of inputs and of outputs, told by the shape', async () => {
    const w = fill(20, [4, 6]);
    const value = constant(w.data, [4, 6]);
    const lora = new Map([
      ['lora_up.weight', fill(21, [4, 2])],
      ['lora_down.weight', fill(22, [2, 6])],
      ['alpha', tensor([], Float32Array.of(3))],
    ]);
    const length = (count: number, at: (i: number, k: number) => number, other: number): Float32Array =>
      Float32Array.from(
        { length: count },
        (_, i) => 1.25 * Math.hypot(...Array.from({ length: other }, (__, k) => w.data[at(i, k)]!)),
      );
    const inputs = length(6, (i, k) => k * 6 + i, 4);
    const outputs = length(4, (i, k) => i * 6 + k, 6);
    const { i, o, p } = await runOutputs({
      i: openModule(new Map([...lora, ['dora_scale', tensor([1, 6], inputs)]])).weight(value, 1),
      o: openModule(new Map([...lora, ['dora_scale', tensor([4, 1], outputs)]])).weight(value, 1),
      p: openModule(new Map([...lora, ['lora_magnitude_vector', tensor([4], outputs)]])).weight(value, 1),
    });
    expectDigest(i!, [-0.067881, 0.136886, 0.047624, -0.131493, 0.245506, -0.371134, 6.201172]);
    expectDigest(o!, [-0.090186, 0.180371, 0.036074, -0.191194, 0.260733, -0.239418, 6.201172]);
    expect(p!.data).toEqual(o!.data);
  });

  test('PEFT’s strength counts before the lengths are taken, and 0 is still the base bit for bit', async () => {
    const module = openModule(
      new Map([...[...parts].slice(0, 3), ['lora_magnitude_vector', tensor([2], Float32Array.of(9, 9))]]),
    );
    const live = module.weight(base, input('strength', []));
    const at = async (x: number): Promise<Float32Array> =>
      (await runOutputs({ live }, { strength: tensor([], Float32Array.of(x)) })).live!.data;
    expect([...(await at(0))]).toEqual([1, 2, 3, 4]);
    const { merged } = await runOutputs({ merged: module.weight(base, 0.5) });
    expectClose(await at(0.5), merged!.data);
    expectClose([Math.hypot(...merged!.data.slice(0, 2)), Math.hypot(...merged!.data.slice(2))], [9, 9]);
  });

  test('a direction of length 0 stays 0', async () => {
    const zeros = new Map([...parts, ['lora_up.weight', tensor([2, 1])]]);
    const { w } = await runOutputs({ w: openModule(zeros).weight(constant([0, 2, 0, 4], [2, 2]), 1) });
    expect([w!.data[0], w!.data[2]]).toEqual([0, 0]);
    expect(w!.data.every(Number.isFinite)).toBe(true);
  });

  test('magnitudes of neither side are refused', () => {
    const odd = new Map([...parts, ['dora_scale', tensor([1, 3], Float32Array.of(1, 1, 1))]]);
    expect(() => openModule(odd).weight(base, 1)).toThrow(
      expect.objectContaining({ name: 'PartError', code: 'shape', got: [1, 3] }),
    );
  });
});
