import { describe, expect, test } from 'vitest';
import { checkpointShapes, knownNames, type KnownBase } from './architecture.ts';
import { spellModule, type SpellingStyle } from './spell.ts';
import { checkpointKey, createNames, resolveModule } from './table.ts';

const BASES: readonly KnownBase[] = ['SD1', 'SD2', 'SDXL', 'SDXL refiner'];
const STYLES: readonly SpellingStyle[] = [
  'checkpoint',
  'diffusers',
  'attention-processor',
  'kohya',
  'kohya-ldm',
  'kohya-diffusers',
  'comfy',
];

describe.each(BASES)('%s', (base) => {
  const names = knownNames(base);

  test('finds every layer again under every name that is its own', () => {
    for (const module of names.modules) {
      for (const style of STYLES) {
        const spelling = spellModule(module, style, names);
        if (spelling !== undefined) expect(resolveModule(spelling, names)?.diffusers, spelling).toBe(module.diffusers);
      }
    }
  });

  test('finds UNet layers under names without a component', () => {
    for (const module of names.modules.filter(({ component }) => component === 'unet')) {
      for (const style of ['peft', 'lycoris'] as const)
        expect(resolveModule(spellModule(module, style, names)!, names)).toBe(module);
    }
  });

  test('knows where each weight is stored', () => {
    const tensors = checkpointShapes(base);
    for (const module of names.modules) {
      const stored = tensors.get(checkpointKey(module, 'weight', names)!)!.shape;
      const rows = module.weight.slice === undefined ? stored : [stored[0]! / 3, ...stored.slice(1)];
      expect(rows).toEqual(module.shape);
    }
  });
});

describe('resolveModule', () => {
  const sd1 = knownNames('SD1');
  const at = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1';

  test.each([
    [`unet.${at}.to_out.0`, 'to_out.0'],
    [`${at}.processor.to_out_lora`, 'to_out.0'],
    [`unet.${at}.processor.to_q_lora`, 'to_q'],
    [`base_model.model.unet.${at}.to_k`, 'to_k'],
    [`unet.base_model.model.${at}.to_v`, 'to_v'],
    ['oft_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q', 'to_q'],
  ])('%s', (spelling, layer) => {
    expect(resolveModule(spelling, sd1)?.diffusers).toBe(`${at}.${layer}`);
  });

  test.each([
    ['text_encoder.text_model.encoder.layers.0.self_attn.to_q_lora', 'self_attn.q_proj'],
    ['text_encoder.text_model.encoder.layers.0.self_attn.to_out_lora', 'self_attn.out_proj'],
    ['lora_te1_text_model_encoder_layers_0_mlp_fc1', 'mlp.fc1'],
    ['encoder.layers.0.mlp.fc2', 'mlp.fc2'],
    ['base_model.model.text_encoder.text_model.encoder.layers.0.mlp.fc1', 'mlp.fc1'],
  ])('%s', (spelling, layer) => {
    expect(resolveModule(spelling, sd1)?.diffusers).toBe(`text_model.encoder.layers.0.${layer}`);
  });

  test.each(['lora_te2_text_model_encoder_layers_0_mlp_fc1', 'lora_unet_input_blocks_99_0', 'lora_prior_unet_x', ''])(
    '%s is no layer of SD1',
    (spelling) => {
      expect(resolveModule(spelling, sd1)).toBeUndefined();
    },
  );

  test.each([
    ['SD1', true],
    ['SD2', true],
    ['SDXL refiner', true],
    ['SDXL', false],
  ] as const)('the one text encoder of trainers: %s', (base, found) => {
    const module = resolveModule('lora_te_text_model_encoder_layers_0_mlp_fc1', knownNames(base));
    expect(module !== undefined).toBe(found);
  });

  test('PEFT’s names of SDXL’s text encoders keep them apart', () => {
    const layer = 'text_model.encoder.layers.0.mlp.fc1';
    const component = (prefix: string): string | undefined =>
      resolveModule(`base_model.model.${prefix}.${layer}`, knownNames('SDXL'))?.component;
    expect(component('text_encoder')).toBe('te1');
    expect(component('text_encoder_2')).toBe('te2');
    expect(resolveModule(`base_model.model.text_encoder_2.${layer}`, sd1)).toBeUndefined();
  });

  test('a projection of OpenCLIP is a third of the packed weight', () => {
    const names = knownNames('SDXL');
    const module = resolveModule('lora_te2_text_model_encoder_layers_3_self_attn_k_proj', names)!;
    expect(module.weight).toEqual({ key: 'transformer.resblocks.3.attn.in_proj_weight', slice: 'k' });
    expect(module.shape).toEqual([1280, 1280]);
    expect(checkpointKey(module, 'bias', names)).toBe(
      'conditioner.embedders.1.model.transformer.resblocks.3.attn.in_proj_bias',
    );
  });
});

describe('createNames', () => {
  const renamed = (
    base: KnownBase,
    from: string,
    to: string,
  ): ReadonlyMap<string, { readonly shape: readonly number[] }> =>
    new Map([...checkpointShapes(base)].map(([key, shape]) => [key.replace(from, to), shape]));

  test('old checkpoints leave text_model out', () => {
    const names = createNames(
      renamed('SD1', 'cond_stage_model.transformer.text_model.', 'cond_stage_model.transformer.'),
    );
    expect(names.modules.map(({ diffusers }) => diffusers)).toEqual(
      knownNames('SD1').modules.map(({ diffusers }) => diffusers),
    );
    expect(resolveModule('lora_te_text_model_encoder_layers_0_mlp_fc1', names)?.ldm).toBe('encoder.layers.0.mlp.fc1');
  });

  test('SD2-turbo keeps its encoder where the refiner does', () => {
    const names = createNames(renamed('SD2', 'cond_stage_model.model.', 'conditioner.embedders.0.model.'));
    expect(resolveModule('lora_te_text_model_encoder_layers_0_mlp_fc1', names)?.component).toBe('te1');
  });

  test('a UNet alone has bare names', () => {
    const names = createNames(
      new Map(
        [...checkpointShapes('SD1')]
          .filter(([key]) => key.startsWith('model.'))
          .map(([key, shape]) => [key.slice(22), shape]),
      ),
    );
    expect(names.modules).toHaveLength(391);
    expect(spellModule(names.modules[0]!, 'checkpoint', names)).toBe('time_embed.0');
  });

  test('nothing is found in nothing', () => {
    expect(createNames(new Map()).modules).toEqual([]);
  });
});
