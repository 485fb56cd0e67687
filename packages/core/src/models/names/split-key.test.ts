import { describe, expect, test } from 'vitest';
import { splitBundled, splitKey } from './split-key.ts';

const LAYER = 'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q';

describe('splitKey', () => {
  test.each([
    ['lora_unet_conv_in.lora_down.weight', 'lora_unet_conv_in', 'lora_down.weight'],
    ['lora_unet_conv_in.weight', 'lora_unet_conv_in', 'weight'],
    ['lora_unet_conv_in.bias', 'lora_unet_conv_in', 'bias'],
    ['lora_te_text_model_final_layer_norm.w_norm', 'lora_te_text_model_final_layer_norm', 'w_norm'],
    ['lycoris_conv_in.lokr_w2_a', 'lycoris_conv_in', 'lokr_w2_a'],
    ['oft_unet_conv_in.oft_blocks', 'oft_unet_conv_in', 'oft_blocks'],
    [`${LAYER}.lora_A.weight`, LAYER, 'lora_down.weight'],
    [`${LAYER}.lora_B`, LAYER, 'lora_up.weight'],
    [`${LAYER}.lora_B.default.weight`, LAYER, 'lora_up.weight'],
    [`${LAYER}.lora_B.bias`, LAYER, 'lora_up.bias'],
    [`${LAYER}.lora.down.weight`, LAYER, 'lora_down.weight'],
    [`${LAYER}.lora_linear_layer.up.weight`, LAYER, 'lora_up.weight'],
    [`${LAYER}.lora_magnitude_vector.weight`, LAYER, 'lora_magnitude_vector'],
    [`${LAYER}.lora_magnitude_vector`, LAYER, 'lora_magnitude_vector'],
    [`${LAYER}.alpha`, LAYER, 'alpha'],
    [`${LAYER}.oft_R.weight`, LAYER, 'oft_R.weight'],
    ['a.attn1.processor.to_q_lora.down.weight', 'a.attn1.processor.to_q', 'lora_down.weight'],
    ['a.attn1.processor.to_out_lora.up.weight', 'a.attn1.processor.to_out', 'lora_up.weight'],
  ])('%s', (key, module, part) => {
    expect(splitKey(key)).toEqual({ module, part });
  });

  test.each([
    'model.diffusion_model.input_blocks.0.0.weight',
    'model.diffusion_model.input_blocks.0.0.bias',
    'to_q.down.weight',
    'string_to_param.*',
    'scaled_fp8',
    '.lora_down.weight',
    'lora_down',
    '',
  ])('%s is no part of an adapter', (key) => {
    expect(splitKey(key)).toBeUndefined();
  });
});

test('splitBundled', () => {
  expect(splitBundled('bundle_emb.my.word.string_to_param.*')).toEqual({
    word: 'my.word',
    tensor: 'string_to_param.*',
  });
  expect(splitBundled('bundle_emb.w.clip_g_out')).toEqual({ word: 'w', tensor: 'clip_g_out' });
  expect(splitBundled('bundle_emb.w.other')).toBeUndefined();
});
