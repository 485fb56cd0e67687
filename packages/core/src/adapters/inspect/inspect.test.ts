import { describe, expect, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { createNames, knownNames } from '../../models/names/index.ts';
import { numel, tensor, torchRandom } from '../../tensor/index.ts';
import { fill, madeModel, runOutputs, type MadeTensor } from '../../testing/vitest/index.ts';
import type { InitOptions, WeightAdapter } from '../adapter.ts';
import { full, ia3, loha, lokr, lora } from '../families/index.ts';
import { openAdapter } from '../open.ts';
import { adapterResolver } from '../resolve.ts';
import { alphaHistogram, bestBase, blockNorms, fileModules, squaredDelta } from './index.ts';

const LAYER = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q';

/** A module of a family, with numbers in place of its zeros. */
function partsOf<T>(
  family: WeightAdapter<T>,
  base: readonly number[],
  options: Partial<InitOptions>,
): Record<string, MadeTensor> {
  const fresh = family.init(tensor(base), { rank: 2, alpha: 3, ...options }, torchRandom(1));
  return Object.fromEntries(
    [...fresh].map(([part, { shape }], i) => [
      `${LAYER}.${part}`,
      part === 'alpha' ? tensor([], Float32Array.of(3)) : fill(i + 1, shape),
    ]),
  );
}

describe('squaredDelta is that of the change itself', () => {
  test.each([
    ['LoRA', partsOf(lora, [5, 4], {}), [5, 4]],
    ['LoRA of a convolution', partsOf(lora, [5, 4, 3, 3], {}), [5, 4, 3, 3]],
    ['LoRA with a core', partsOf(lora, [5, 4, 3, 3], { tucker: true }), [5, 4, 3, 3]],
    ['LoHa', partsOf(loha, [5, 4], {}), [5, 4]],
    ['LoHa with cores', partsOf(loha, [5, 4, 3, 3], { tucker: true }), [5, 4, 3, 3]],
    ['LoKr of whole factors', partsOf(lokr, [6, 4], { rank: 9 }), [6, 4]],
    ['LoKr of products', partsOf(lokr, [40, 36], { rank: 1, decomposeBoth: true }), [40, 36]],
    ['LoKr with a core', partsOf(lokr, [40, 36, 3, 3], { rank: 1, tucker: true }), [40, 36, 3, 3]],
    ['the difference itself', partsOf(full, [5, 4], {}), [5, 4]],
  ] as const)('%s', async (_, parts, shape) => {
    const model = await madeModel('a', parts);
    const [module] = fileModules(model.file);
    const [opened] = (await openAdapter(model)).modules;
    const { delta } = await runOutputs({
      delta: opened!.weight(constant(new Float32Array(numel(shape)), [...shape]), 1),
    });
    const squares = delta!.data.reduce((sum, x) => sum + x * x, 0);
    expect(squares).toBeGreaterThan(0.01);
    expect((await squaredDelta(module!))! / squares).toBeCloseTo(1, 4);
  });

  test('what depends on the base weight, or is not whole, has none', async () => {
    const alone = { [`${LAYER}.lora_down.weight`]: fill(1, [2, 4]) };
    const odd = { ...alone, [`${LAYER}.lora_up.weight`]: fill(1, [5, 3]) };
    for (const parts of [partsOf(ia3, [5, 4], {}), alone, odd]) {
      const [module] = fileModules((await madeModel('a', parts)).file);
      expect(await squaredDelta(module!)).toBeUndefined();
    }
  });
});

describe('of a whole file', () => {
  const pair = (layer: string, alpha: number): Record<string, MadeTensor> => ({
    [`${layer}.lora_down.weight`]: tensor([1, 2], Float32Array.of(1, 1)),
    [`${layer}.lora_up.weight`]: tensor([2, 1], Float32Array.of(1, 1)),
    [`${layer}.alpha`]: tensor([], Float32Array.of(alpha)),
  });
  const tensors = {
    ...pair(LAYER, 1),
    ...pair(LAYER.replace('to_q', 'to_k'), 1),
    ...pair('lora_te_text_model_encoder_layers_0_mlp_fc1', 2),
    ...pair('lora_unet_nowhere', 2),
    ...pair('lora_unet_conv_out', 4),
  };

  test('alphas are counted', async () => {
    const { file } = await madeModel('a', tensors);
    expect([...(await alphaHistogram(fileModules(file)))]).toEqual([
      [1, 2],
      [2, 2],
      [4, 1],
    ]);
  });

  test('blocks add up, and what no layer has is told', async () => {
    const { file } = await madeModel('a', tensors);
    const modules = fileModules(file);
    const tables = new Map([
      ['none', createNames(new Map())],
      ['SD1', knownNames('SD1')],
    ]);
    const best = bestBase(modules, tables, (names) => adapterResolver(file, names));
    expect(best).toMatchObject({ base: 'SD1', unmatched: ['lora_unet_nowhere'] });
    const { blocks, left } = await blockNorms(modules, best!.resolve);
    expect(left).toBe(1);
    expect(blocks.map(({ block, modules: count, norm }) => [block, count, norm.toFixed(4)])).toEqual([
      ['BASE', 1, '4.0000'],
      ['IN01', 2, Math.sqrt(8).toFixed(4)],
      ['other', 1, '8.0000'],
    ]);
    expect(bestBase(modules, new Map(), () => () => undefined)).toBeUndefined();
  });

  test('a layer whose numbers are not finite is named, and does not spoil its block', async () => {
    const broken = { ...tensors, [`${LAYER}.lora_up.weight`]: tensor([2, 1], Float32Array.of(1, NaN)) };
    const { file } = await madeModel('a', broken);
    const names = knownNames('SD1');
    const { blocks, notFinite } = await blockNorms(fileModules(file), adapterResolver(file, names));
    expect(notFinite).toBe(`${LAYER}.lora_up.weight`);
    expect(blocks.find(({ block }) => block === 'IN01')).toEqual({ block: 'IN01', modules: 1, norm: 2 });
  });
});
