import { describe, expect, test } from 'vitest';
import { adapterResolver, createStack, openAdapter, storedWeights } from '../adapters/index.ts';
import { weight } from '../graph/index.ts';
import { createNames } from '../models/names/index.ts';
import { expectClose, fill, madeModel, runOutputs, testRuntime } from '../testing/vitest/index.ts';
import { mergeStack } from './merge-stack.ts';

const UNET = 'model.diffusion_model.';
const CONV = `${UNET}input_blocks.0.0`;
const TIME = `${UNET}time_embed.0`;

describe('mergeStack', () => {
  test('changes what the adapters change and leaves the rest where it lies', async () => {
    const model = await madeModel('model', {
      [`${CONV}.weight`]: fill(1, [2, 4, 3, 3]),
      [`${CONV}.bias`]: fill(2, [2]),
      [`${TIME}.weight`]: fill(3, [3, 2]),
    });
    const names = createNames(model.weights);
    const file = await madeModel('adapter', {
      'lora_unet_conv_in.diff': fill(4, [2, 4, 3, 3]),
      'lora_unet_time_embedding_linear_1.diff_b': fill(5, [3]),
    });
    const adapter = await openAdapter(file, { inline: true });
    const stack = await createStack(
      [{ adapter, resolve: adapterResolver(adapter, names), te: 1, unet: 0.5 }],
      storedWeights(model.weights, names),
    );
    const merged = mergeStack(await testRuntime(), stack, model, names);

    expect([...merged.weights.keys()].sort()).toEqual([...model.weights.keys(), `${TIME}.bias`].sort());
    for (const key of [`${CONV}.bias`, `${TIME}.weight`]) expect(merged.weights.get(key)).toBe(model.weights.get(key));
    const { conv, bias } = await runOutputs({
      conv: weight(merged.weights.get(`${CONV}.weight`)!),
      bias: weight(merged.weights.get(`${TIME}.bias`)!),
    });
    const [base, diff] = [fill(1, [2, 4, 3, 3]).data, fill(4, [2, 4, 3, 3]).data];
    expectClose(
      conv!.data,
      base.map((x, i) => x + diff[i]! / 2),
    );
    expectClose(
      bias!.data,
      fill(5, [3]).data.map((x) => x / 2),
    );
  });

  test('without anything to change it is the model', async () => {
    const model = await madeModel('model', { [`${CONV}.weight`]: fill(1, [2, 4, 3, 3]) });
    const names = createNames(model.weights);
    const stack = await createStack([], storedWeights(model.weights, names));
    expect(mergeStack(await testRuntime(), stack, model, names).weights).toEqual(model.weights);
  });
});
