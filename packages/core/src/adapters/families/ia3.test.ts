import { describe, expect, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { tensor } from '../../tensor/index.ts';
import { checkAdapter, openModule, runOutputs } from '../../testing/vitest/index.ts';
import { ia3 } from './ia3.ts';

const base = constant([1, 2, 3, 4, 5, 6], [2, 3]);

describe('ia3', () => {
  checkAdapter({
    family: ia3,
    cases: [
      { base: [4, 3] },
      { base: [4, 3], options: { onInput: true } },
      { base: [4, 3, 3, 3] },
      { base: [4, 3, 3, 3], options: { onInput: true } },
    ],
  });

  test('PEFT’s factors scale the bias of what goes out, offsets do not', async () => {
    const peft = openModule(new Map([['ia3_l', tensor([2, 1], Float32Array.of(2, 0.5))]]));
    const own = openModule(
      new Map([
        ['weight', tensor([2], Float32Array.of(1, -0.5))],
        ['on_input', tensor([], Float32Array.of(0))],
      ]),
    );
    const bias = constant([10, 20]);
    const { a, b, c } = await runOutputs({ a: peft.weight(base, 1), b: own.weight(base, 1), c: peft.bias(bias, 1)! });
    expect([...a!.data]).toEqual([2, 4, 6, 2, 2.5, 3]);
    expect(b!.data).toEqual(a!.data);
    expect([...c!.data]).toEqual([20, 10]);
    expect(own.bias(bias, 1)).toBe(bias);
    const inputs = openModule(new Map([['ia3_l', tensor([1, 3], Float32Array.of(2, 1, 0))]]));
    expect([...(await runOutputs({ w: inputs.weight(base, 1) })).w!.data]).toEqual([2, 2, 0, 8, 5, 0]);
    expect(inputs.bias(bias, 1)).toBe(bias);
  });

  test('the part `scale` counts, as with every family', async () => {
    const module = openModule(
      new Map([
        ['weight', tensor([2], Float32Array.of(1, -0.5))],
        ['on_input', tensor([], Float32Array.of(0))],
        ['scale', tensor([], Float32Array.of(2))],
      ]),
    );
    expect([...(await runOutputs({ w: module.weight(base, 1) })).w!.data]).toEqual([3, 6, 9, 0, 0, 0]);
  });

  test('another number of channels is refused, also one that would spread over all', () => {
    const one = openModule(
      new Map([
        ['weight', tensor([1], Float32Array.of(1))],
        ['on_input', tensor([], Float32Array.of(0))],
      ]),
    );
    expect(() => one.weight(base, 1)).toThrow(expect.objectContaining({ code: 'shape' }));
  });
});
