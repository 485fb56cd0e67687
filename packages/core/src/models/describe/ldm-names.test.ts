import { describe, expect, test } from 'vitest';
import { knownNames, type KnownBase } from '../names/index.ts';
import { basesOfLdmNames } from './ldm-names.ts';

const unet = (base: KnownBase, prefix: string, dot = '_'): string[] =>
  knownNames(base)
    .modules.filter(({ component, ldm }) => component === 'unet' && /^(input|output|middle)_/.test(ldm))
    .map(({ ldm }) => prefix + ldm.replaceAll('.', dot));

describe('basesOfLdmNames', () => {
  test('of every layer, on its own, the true base is among the bases', () => {
    for (const base of ['SD1', 'SD2', 'SDXL'] as const)
      for (const name of unet(base, 'lora_unet_')) expect(basesOfLdmNames([name]).bases, name).toContain(base);
  });

  test('a layer that one base lacks is told to be of the others', () => {
    const paths = { sd: new Set(unet('SD1', '')), xl: new Set(unet('SDXL', '')) };
    // Deep transformer blocks tell SDXL before numbers are asked.
    const tells = (name: string): boolean => !/transformer_blocks_[1-9]/.test(name);
    for (const name of [...paths.sd].filter((path) => !paths.xl.has(path)))
      expect(basesOfLdmNames([name]).bases, name).toEqual(['SD1', 'SD2']);
    for (const name of [...paths.xl].filter((path) => !paths.sd.has(path) && tells(path)))
      expect(basesOfLdmNames([name]).bases, name).toEqual(['SDXL']);
  });

  test.each<[readonly string[], readonly string[], boolean]>([
    [['lora_unet_input_blocks_4_1_proj_in'], ['SD1', 'SD2', 'SDXL'], true],
    [['lora_unet_input_blocks_4_1_proj_in', 'lora_te_text_model_encoder_layers_0_mlp_fc1'], ['SD1', 'SD2'], true],
    [['lora_unet_input_blocks_4_1_proj_in', 'lora_te1_text_model_encoder_layers_0_mlp_fc1'], ['SDXL'], true],
    [
      [
        'diffusion_model.input_blocks.1.1.proj_in',
        'text_encoders.clip_l.transformer.text_model.encoder.layers.0.mlp.fc1',
      ],
      ['SD1'],
      false,
    ],
    [['lora_unet_input_blocks_1_1_proj_in', 'lora_unet_output_blocks_0_1_proj_in'], [], true],
    [['lora_unet_down_blocks_0_attentions_0_proj_in', 'lora_te_text_model_encoder_layers_0_mlp_fc1'], [], false],
  ])('%j', (names, bases, kohya) => {
    expect(basesOfLdmNames(names)).toEqual({ bases, kohya });
  });
});
