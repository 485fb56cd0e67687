import { describe, expect, test } from 'vitest';
import { knownNames } from '../models/names/index.ts';
import { tensor } from '../tensor/index.ts';
import { fill, madeModel, type MadeTensor } from '../testing/vitest/index.ts';
import { a1111Adapter } from './a1111.ts';
import { openAdapter } from './open.ts';
import { adapterResolver } from './resolve.ts';

const names = knownNames('SD1');
const UQ = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q';
const UC = 'lora_unet_down_blocks_0_resnets_0_conv1';

async function kept(tensors: Record<string, MadeTensor>): Promise<string[]> {
  const adapter = await openAdapter(await madeModel('a', tensors));
  return a1111Adapter(adapter, names, adapterResolver(adapter, names)).modules.map(({ name }) => name);
}

const diff = (layer: string): Record<string, MadeTensor> => ({ [`${layer}.diff`]: fill(1, [1]) });

describe('a1111Adapter', () => {
  test('layers whose names its rules miss', async () => {
    const missed = [
      'lora_unet_conv_norm_out',
      'lora_te_text_model_final_layer_norm',
      'oft_unet_down_blocks_0_attentions_0_proj_in',
      'unet.conv_in',
    ];
    expect(await kept(Object.assign(diff(UQ), ...missed.map(diff)) as Record<string, MadeTensor>)).toEqual([UQ]);
  });

  test('tables are no layers there', async () => {
    expect(await kept({ ...diff(UQ), ...diff('lora_te_text_model_embeddings_token_embedding') })).toEqual([UQ]);
  });

  test.each([
    ['a bias alone', { [`${UC}.diff_b`]: fill(1, [1]) }],
    ['a gain alone', { [`${UC}.w_norm`]: fill(1, [1]) }],
    [
      'T-LoRA',
      {
        [`${UC}.q_layer.weight`]: fill(1, [1, 1]),
        [`${UC}.p_layer.weight`]: fill(1, [1, 1]),
        [`${UC}.lambda_layer`]: fill(1, [1, 1]),
      },
    ],
    ['PEFT’s factors', { [`${UC}.ia3_l`]: fill(1, [1, 1]) }],
  ])('one layer of %s, and it refuses the whole file', async (_, tensors) => {
    expect(await kept({ ...diff(UQ), ...tensors })).toEqual([]);
  });

  test('forms that it counts as errors', async () => {
    const ia3 = (layer: string, onInput: number): Record<string, MadeTensor> => ({
      [`${layer}.weight`]: fill(1, [320]),
      [`${layer}.on_input`]: tensor([], Float32Array.of(onInput)),
    });
    expect(await kept({ ...ia3(UC, 0), ...diff(UQ) })).toEqual([UQ]);
    expect(await kept({ ...ia3(UC, 1), ...ia3(UQ, 0) })).toEqual([UQ, UC].sort((a, b) => (a < b ? -1 : 1)));
    const glora = (a: readonly number[], b: readonly number[]): Record<string, MadeTensor> => ({
      [`${UQ}.a1.weight`]: fill(1, a),
      [`${UQ}.a2.weight`]: fill(1, b),
      [`${UQ}.b1.weight`]: fill(1, a),
      [`${UQ}.b2.weight`]: fill(1, b),
      [`${UQ}.alpha`]: tensor([], Float32Array.of(1)),
    });
    expect(await kept(glora([2, 320], [320, 2]))).toEqual([UQ]);
    expect(await kept(glora([320, 2], [2, 320]))).toEqual([]);
  });
});
