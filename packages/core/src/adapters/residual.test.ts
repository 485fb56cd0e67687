import { describe, expect, test } from 'vitest';
import { constant } from '../graph/index.ts';
import { tensor } from '../tensor/index.ts';
import { expectClose, fill, madeModel, openModule, runOutputs } from '../testing/vitest/index.ts';
import { openAdapter } from './open.ts';

const base = constant(new Float32Array(12), [3, 4]);
const pair = {
  'lora_down.weight': fill(1, [2, 4]),
  'lora_up.weight': fill(2, [3, 2]),
  alpha: tensor([], Float32Array.of(1)),
};

/** int16 numbers as bytes. */
const shorts = (...values: readonly number[]): Uint8Array => new Uint8Array(Int16Array.from(values).buffer);

async function open(
  values: readonly number[],
  indices: readonly number[],
  size: readonly number[],
): ReturnType<typeof openAdapter> {
  const layer = 'lora_unet_layer';
  return openAdapter(
    await madeModel('a', {
      ...Object.fromEntries(Object.entries(pair).map(([part, value]) => [`${layer}.${part}`, value])),
      [`${layer}.bias_values`]: tensor([values.length], Float32Array.from(values)),
      [`${layer}.bias_indices`]: { dtype: 'I16', shape: [2, indices.length / 2], bytes: shorts(...indices) },
      [`${layer}.bias_size`]: { dtype: 'I16', shape: [2], bytes: shorts(...size) },
    }),
  );
}

describe('residuals', () => {
  test('a dense one is added before the scale', async () => {
    const dense = fill(3, [3, 4]);
    const { without, within } = await runOutputs({
      without: openModule(new Map(Object.entries(pair))).weight(base, 1),
      within: openModule(new Map([...Object.entries(pair), ['bias', dense]])).weight(base, 1),
    });
    expectClose(
      within!.data,
      without!.data.map((x, i) => x + dense.data[i]! / 2),
    );
  });

  test('a sparse one too, by rows and columns', async () => {
    const { without, within } = await runOutputs({
      without: openModule(new Map(Object.entries(pair))).weight(base, 1),
      within: (await open([4, -6], [0, 2, 1, 3], [3, 4])).modules[0]!.weight(base, 1),
    });
    expectClose(
      within!.data,
      without!.data.map((x, i) => x + (i === 1 ? 2 : i === 11 ? -3 : 0)),
    );
  });

  test('is written as it was read', async () => {
    const saved = (await open([4, -6], [0, 2, 1, 3], [3, 4])).modules[0]!.save();
    expect([saved.get('bias_indices'), saved.get('bias_size')]).toEqual([
      { shape: [2, 2], whole: [0, 2, 1, 3] },
      { shape: [2], whole: [3, 4] },
    ]);
  });

  test('sizes beyond int16 come out negative and are taken as meant; indices outside are refused', async () => {
    await expect(open([1], [0, -1], [2, -1])).rejects.toMatchObject({
      code: 'adapter',
      key: 'lora_unet_layer.bias_indices',
    });
    await expect(open([1], [1, -2], [2, -1])).resolves.toBeDefined();
    await expect(open([1], [3, 0], [3, 4])).rejects.toMatchObject({ code: 'adapter' });
    await expect(open([1, 2], [0, 0], [3, 4])).rejects.toMatchObject({
      code: 'adapter',
      key: 'lora_unet_layer.bias_indices',
    });
  });
});
