import { describe, expect, test } from 'vitest';
import { knownNames, spellModule, type KnownBase, type SpellingStyle } from '../names/index.ts';
import { fittingBases, type ChangedLayer } from './fitting-bases.ts';

const BASES = ['SD1', 'SD2', 'SDXL', 'SDXL refiner'] as const;

function layers(base: KnownBase, style: SpellingStyle): ChangedLayer[] {
  const names = knownNames(base);
  return names.modules.flatMap((module) => {
    const name = module.component === 'unet' ? spellModule(module, style, names) : undefined;
    return name === undefined ? [] : [{ name, input: module.shape[1], output: module.shape[0] }];
  });
}

describe('fittingBases', () => {
  test.each(['kohya-ldm', 'kohya-diffusers', 'comfy', 'diffusers'] as const)('tells layers spelled as %s', (style) => {
    for (const base of BASES) expect(fittingBases(layers(base, style))).toEqual([base]);
  });

  test('of every layer, on its own, the true base is among the bases', () => {
    for (const base of BASES)
      for (const layer of layers(base, 'kohya-ldm')) expect(fittingBases([layer]), layer.name).toContain(base);
  });

  test.each<[string, readonly ChangedLayer[], readonly KnownBase[]]>([
    ['a width', [{ name: 'lora_unet_input_blocks_10_0_in_layers_2', input: 1536 }], ['SDXL refiner']],
    ['a width with a kernel', [{ name: 'lora_unet_input_blocks_10_0_in_layers_2', input: 9 * 1536 }], ['SDXL refiner']],
    ['no width', [{ name: 'lora_unet_input_blocks_10_0_in_layers_2' }], ['SD1', 'SD2', 'SDXL refiner']],
    ['a depth', [{ name: 'lora_unet_output_blocks_7_1_transformer_blocks_3_attn1_to_q' }], ['SDXL refiner']],
    ['a width of none', [{ name: 'lora_unet_output_blocks_7_1_transformer_blocks_3_attn1_to_q', input: 32 }], []],
    [
      'layers of which each has several bases',
      [{ name: 'lora_unet_input_blocks_10_0_in_layers_2' }, { name: 'lora_unet_output_blocks_0_0_in_layers_2' }],
      ['SD1', 'SD2', 'SDXL refiner'],
    ],
    [
      'layers of two bases',
      [
        { name: 'lora_unet_input_blocks_10_0_in_layers_2', input: 1536 },
        { name: 'lora_unet_output_blocks_11_1_proj_in', input: 320 },
      ],
      [],
    ],
    [
      'a text encoder beside it',
      [
        { name: 'lora_unet_input_blocks_10_0_in_layers_2', input: 1536 },
        { name: 'lora_te1_text_model_encoder_layers_0_mlp_fc1', input: 1280 },
      ],
      ['SDXL refiner'],
    ],
    ['a text encoder alone', [{ name: 'lora_te1_text_model_encoder_layers_0_mlp_fc1', input: 768 }], []],
    ['nothing', [], []],
  ])('%s', (_, changed, bases) => {
    expect(fittingBases(changed)).toEqual(bases);
  });
});
