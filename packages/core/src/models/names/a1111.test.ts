import { expect, test } from 'vitest';
import { a1111Layer, a1111Layers } from './a1111.ts';
import { knownNames } from './architecture.ts';
import { resolveModule } from './table.ts';

// Names that A1111 drops without a word, and Graft does not.
test.each([
  ['SD1', 'lora_unet_conv_norm_out'],
  ['SDXL', 'lora_unet_up_blocks_0_upsamplers_0_conv'],
  ['SDXL', 'lora_unet_add_embedding_linear_1'],
  ['SDXL', 'lora_te2_text_projection'],
  ['SD1', 'unet.conv_in'],
] as const)('%s %s', (base, name) => {
  const names = knownNames(base);
  expect(a1111Layer(name, a1111Layers(names))).toBeUndefined();
  expect(resolveModule(name, names)).toBeDefined();
});

test('the others it finds by its own names', () => {
  expect(a1111Layer('lora_te_text_model_encoder_layers_0_self_attn_q_proj', a1111Layers(knownNames('SD2')))).toBe(
    'model_transformer_resblocks_0_attn_q_proj',
  );
});
