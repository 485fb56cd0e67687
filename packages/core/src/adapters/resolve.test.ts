import { describe, expect, test } from 'vitest';
import { knownNames } from '../models/names/index.ts';
import { adapterResolver } from './resolve.ts';

const names = knownNames('SD1');
const resolver = (metadata: Record<string, string> = {}): ReturnType<typeof adapterResolver> =>
  adapterResolver({ metadata: new Map(Object.entries(metadata)) }, names);

describe('adapterResolver', () => {
  test('any spelling of a layer', () => {
    const spellings = [
      'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_out_0',
      'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0',
      'down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_out',
      'base_model.model.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0',
      'diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_out.0',
    ];
    expect(spellings.map((spelling) => resolver()(spelling)?.ldm)).toEqual(
      spellings.map(() => 'input_blocks.1.1.transformer_blocks.0.attn1.to_out.0'),
    );
    expect(resolver()('lora_unet_nothing')).toBeUndefined();
  });

  test('numbers in the order of the first trainer, the middle last', () => {
    const resolve = resolver();
    expect([0, 4, 143, 144].map((i) => resolve(`unet:${i}`)?.diffusers)).toEqual([
      'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q',
      'down_blocks.0.attentions.0.transformer_blocks.0.ff.net.0.proj',
      'mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0',
      undefined,
    ]);
    expect(resolve('text_encoder:1')?.diffusers).toBe('text_model.encoder.layers.0.self_attn.v_proj');
  });

  test('the classes of the metadata count, and nonsense there does not', () => {
    const classes = JSON.stringify(['CrossAttention', 'Attention', 'GEGLU', 'ResnetBlock2D']);
    expect(resolver({ unet: classes })('unet:18')?.diffusers).toBe('down_blocks.0.resnets.0.conv1');
    for (const unet of ['{', '[]', '[1]', '"x"'])
      expect(resolver({ unet })('unet:0')?.diffusers).toBe(
        'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q',
      );
  });
});
