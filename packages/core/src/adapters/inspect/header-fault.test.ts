import { describe, expect, test } from 'vitest';
import { fill, madeModel, type MadeTensor } from '../../testing/vitest/index.ts';
import { fileModules, headerFault } from './index.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;

const fault = async (shapes: Shapes): Promise<string | undefined> => {
  const tensors: Record<string, MadeTensor> = {};
  for (const [part, shape] of Object.entries(shapes)) tensors[`unet.conv_in.${part}`] = fill(1, shape);
  return headerFault('a', fileModules((await madeModel('a', tensors)).file));
};

const LORA: Shapes = { 'lora_down.weight': [2, 6], 'lora_up.weight': [8, 2], alpha: [] };

describe('headerFault', () => {
  test.each<[string, Shapes]>([
    ['a LoRA', LORA],
    ['magnitudes of the inputs', { ...LORA, dora_scale: [1, 6] }],
    ['magnitudes of the outputs', { ...LORA, dora_scale: [8, 1] }],
    [
      'magnitudes of a convolution',
      { 'lora_down.weight': [2, 6, 3, 3], 'lora_up.weight': [8, 2, 1, 1], dora_scale: [1, 6, 1, 1] },
    ],
    ['a sparse residual', { ...LORA, bias_values: [1], bias_indices: [2, 1], bias_size: [2] }],
    ['a LoHa', { hada_w1_a: [8, 2], hada_w1_b: [2, 6], hada_w2_a: [8, 2], hada_w2_b: [2, 6] }],
  ])('finds nothing wrong with %s', async (_, shapes) => {
    expect(await fault(shapes)).toBeUndefined();
  });

  test.each<[string, Shapes, RegExp]>([
    ['ranks that differ', { ...LORA, 'lora_up.weight': [8, 3] }, /lora_up\.weight is \[8, 3\]/],
    ['half of a pair', { 'lora_up.weight': [8, 2] }, /lora_down/],
    ['an alpha of many numbers', { ...LORA, alpha: [3] }, /alpha/],
    ['magnitudes of another size', { ...LORA, dora_scale: [1, 7] }, /magnitudes .*\[1, 7\]/],
  ])('tells %s', async (_, shapes, words) => {
    expect(await fault(shapes)).toMatch(words);
  });
});
