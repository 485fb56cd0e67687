import { describe, expect, test } from 'vitest';
import type { ModelFile, TensorEntry } from '../../formats/index.ts';
import { describeModel } from './describe.ts';
import { renderDescription } from './render.ts';

/** A file of these names and shapes. */
function file(shapes: Readonly<Record<string, readonly number[]>>, more: Partial<ModelFile> = {}): ModelFile {
  const tensors = Object.entries(shapes).map(([name, shape]): [string, TensorEntry] => [
    name,
    { name, dtype: 'F16', shape, range: undefined, read: async () => new Uint8Array() },
  ]);
  return {
    name: 'f',
    container: 'safetensors',
    tensors: new Map(tensors),
    metadata: new Map(),
    value: undefined,
    ...more,
  };
}

const CONV_IN = 'model.diffusion_model.input_blocks.0.0.weight';
const OPEN_CLIP = 'cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight';
const SD1_TEXT = { 'cond_stage_model.transformer.text_model.final_layer_norm.weight': [768] };
const TO_K = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k';
const lora = (module: string, input: number, rank = 4): Record<string, number[]> => ({
  [`${module}.lora_down.weight`]: [rank, input],
  [`${module}.lora_up.weight`]: [320, rank],
  [`${module}.alpha`]: [],
});

/** Names of networks that are none of Stable Diffusion's: the model, and what its file holds. */
const FOREIGN: readonly (readonly [string, ...string[]])[] = [
  ['SD3', 'joint_blocks.0.context_block.attn.qkv.weight', 'x_embedder.proj.weight'],
  ['Flux', 'double_blocks.0.img_attn.norm.key_norm.scale', 'img_in.weight'],
  ['Flux', 'single_transformer_blocks.0.attn.to_q.weight'],
  ['Chroma', 'distilled_guidance_layer.norms.0.scale', 'double_blocks.0.img_attn.norm.key_norm.scale'],
  ['Hunyuan Video', 'txt_in.individual_token_refiner.blocks.0.norm1.weight', 'double_blocks.0.img_attn_qkv.weight'],
  ['Stable Cascade', 'clip_txt_mapper.weight', 'clf.1.weight'],
  ['AuraFlow', 'double_layers.0.attn.w1q.weight'],
  ['Hunyuan-DiT', 'mlp_t5.0.weight', 'x_embedder.proj.weight'],
  ['PixArt', 't_block.1.weight', 'y_embedder.y_embedding', 'x_embedder.proj.weight'],
  ['Lumina', 'cap_embedder.0.weight', 'noise_refiner.0.attention.qkv.weight'],
  ['Qwen-Image', 'txt_norm.weight', 'transformer_blocks.0.attn.add_k_proj.weight'],
  ['Mochi', 't5_yproj.weight'],
  ['Wan', 'head.modulation', 'blocks.0.cross_attn.k.weight'],
  ['LTX-Video', 'adaln_single.emb.timestep_embedder.linear_1.bias', 'patchify_proj.weight'],
];

describe('describeModel', () => {
  test.each<[string, readonly string[], Readonly<Record<string, readonly number[]>>]>([
    ['SD1 checkpoint', ['SD1'], { [CONV_IN]: [320, 4, 3, 3], ...SD1_TEXT }],
    ['SD1 inpainting checkpoint', ['SD1'], { [CONV_IN]: [320, 9, 3, 3], ...SD1_TEXT }],
    ['SD1 pix2pix checkpoint', ['SD1'], { [CONV_IN]: [320, 8, 3, 3], ...SD1_TEXT }],
    ['SD2 checkpoint', ['SD2'], { [CONV_IN]: [320, 4, 3, 3], [OPEN_CLIP]: [3072, 1024] }],
    ['SD2 inpainting checkpoint', ['SD2'], { [CONV_IN]: [320, 9, 3, 3], [OPEN_CLIP]: [3072, 1024] }],
    ['SD2 depth checkpoint', ['SD2'], { [CONV_IN]: [320, 5, 3, 3], 'depth_model.x': [1], [OPEN_CLIP]: [3072, 1024] }],
    [
      'SD2 (turbo layout) checkpoint',
      ['SD2'],
      { [CONV_IN]: [320, 4, 3, 3], 'conditioner.embedders.0.model.ln_final.weight': [1024] },
    ],
    [
      'SDXL checkpoint',
      ['SDXL'],
      { [CONV_IN]: [320, 4, 3, 3], 'conditioner.embedders.1.model.ln_final.weight': [1280] },
    ],
    [
      'SDXL inpainting checkpoint',
      ['SDXL'],
      { [CONV_IN]: [320, 9, 3, 3], 'conditioner.embedders.1.model.ln_final.weight': [1280] },
    ],
    [
      'SD2 inpainting checkpoint',
      ['SD2'],
      {
        [CONV_IN]: [320, 9, 3, 3],
        'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight': [320, 1024],
        'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight': [49408, 1024],
      },
    ],
    [
      'SDXL (without second text encoder) checkpoint',
      ['SDXL'],
      { [CONV_IN]: [32, 4, 3, 3], 'conditioner.embedders.0.transformer.text_model.final_layer_norm.weight': [128] },
    ],
    [
      'SDXL refiner checkpoint',
      ['SDXL refiner'],
      { [CONV_IN]: [384, 4, 3, 3], 'conditioner.embedders.0.model.ln_final.weight': [1280] },
    ],
    ['SD3 checkpoint', ['SD3'], { 'model.diffusion_model.x_embedder.proj.weight': [1536, 16, 2, 2] }],
    ['Flux checkpoint', ['Flux'], { 'model.diffusion_model.double_blocks.0.img_attn.qkv.weight': [9216, 3072] }],
    ...FOREIGN.flatMap(([base, ...names]): [string, readonly string[], Record<string, readonly number[]>][] =>
      (['', 'model.diffusion_model.', 'transformer.'] as const).map((prefix) => [
        `${base} ${prefix === 'model.diffusion_model.' ? 'checkpoint' : 'network'}`,
        [base],
        Object.fromEntries(names.map((name) => [prefix + name, [8, 8]])),
      ]),
    ),
    [
      'Kolors checkpoint',
      ['Kolors'],
      {
        [CONV_IN]: [320, 4, 3, 3],
        'model.diffusion_model.label_emb.0.0.weight': [1280, 5632],
        'model.diffusion_model.encoder_hid_proj.weight': [2048, 4096],
      },
    ],
    [
      'Playground 2.5 checkpoint',
      ['Playground 2.5'],
      { [CONV_IN]: [320, 4, 3, 3], 'conditioner.embedders.1.model.ln_final.weight': [1280], edm_mean: [4] },
    ],
    [
      'Stable Video Diffusion checkpoint',
      ['Stable Video Diffusion'],
      { [CONV_IN]: [320, 8, 3, 3], 'model.diffusion_model.input_blocks.1.0.time_stack.in_layers.0.weight': [320] },
    ],
    [
      'SD2 checkpoint',
      ['SD2'],
      {
        [CONV_IN]: [320, 4, 3, 3],
        'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight': [320, 1024],
        'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight': [49408, 1024],
      },
    ],
    [
      'SDXL refiner checkpoint',
      ['SDXL refiner'],
      { [CONV_IN]: [384, 4, 3, 3], 'conditioner.embedders.1.transformer.text_model.final_layer_norm.weight': [1280] },
    ],
    [
      'SDXL (without second text encoder) checkpoint',
      ['SDXL'],
      {
        [CONV_IN]: [320, 4, 3, 3],
        'model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight': [640, 2048],
        'conditioner.embedders.0.transformer.text_model.final_layer_norm.weight': [768],
      },
    ],
    [
      'SD1 checkpoint',
      ['SD1'],
      {
        'unet.conv_in.weight': [320, 4, 3, 3],
        'unet.down_blocks.0.resnets.0.conv1.weight': [320, 320, 3, 3],
        'text_encoder.text_model.embeddings.token_embedding.weight': [49408, 768],
      },
    ],
    [
      'VAE',
      ['SD1', 'SD2', 'SDXL'],
      { 'decoder.conv_in.weight': [512, 4, 3, 3], 'post_quant_conv.weight': [4, 4, 1, 1] },
    ],
    ['VAE of 16 latent channels', [], { 'decoder.conv_in.weight': [512, 16, 3, 3] }],
    ['text encoder', ['SD2'], { 'text_model.embeddings.token_embedding.weight': [49408, 1024] }],
    [
      'CLIP text and image encoder',
      ['SD1', 'SDXL'],
      {
        'text_model.embeddings.token_embedding.weight': [49408, 768],
        'vision_model.embeddings.class_embedding': [1024],
      },
    ],
    ['LoRA adapter', ['SD1'], lora(TO_K, 768)],
    ['LoRA adapter', ['SD2'], lora(TO_K, 1024)],
    ['LoRA adapter', ['SDXL'], lora('lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q', 640)],
    ['LoRA adapter', ['SD1', 'SD2'], lora('lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q', 320)],
    ['LoRA adapter', ['SDXL refiner'], lora('lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k', 1280)],
    ['LoRA adapter', ['SDXL refiner'], lora('lora_unet_input_blocks_10_0_emb_layers_1', 1536)],
    ['LoRA adapter', ['SDXL refiner'], lora('lora_unet_output_blocks_4_1_transformer_blocks_3_attn1_to_q', 1536)],
    ['LoRA adapter', ['SD1', 'SD2'], lora('lora_unet_input_blocks_10_0_emb_layers_1', 1280)],
    ['LoRA adapter', ['SD1', 'SD2', 'SDXL'], lora('diffusion_model.input_blocks.4.1.proj_in', 640)],
    ['LoRA adapter', ['SD1'], lora('model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k', 768)],
    ['LoRA adapter', ['SDXL'], lora('unet.up_blocks.0.attentions.2.proj_in', 1280)],
    ['LoRA adapter', [], lora('diffusion_model.input_blocks.4.1.proj_in', 96)],
    [
      'LoRA adapter',
      ['SD1'],
      {
        ...lora('diffusion_model.input_blocks.1.1.proj_in', 320),
        ...lora('text_encoders.clip_l.transformer.text_model.encoder.layers.0.mlp.fc2', 3072),
      },
    ],
    ['LoRA adapter', ['SD1', 'SDXL'], lora('text_encoder.text_model.encoder.layers.0.self_attn.out_proj', 768)],
    ['LoRA adapter', ['SD1'], lora('lora_te_text_model_encoder_layers_0_self_attn_out_proj', 768)],
    [
      'LoRA adapter',
      ['SD1'],
      {
        ...lora('lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q', 320),
        ...lora('lora_te1_text_model_encoder_layers_0_mlp_fc1', 768),
      },
    ],
    ['LoRA adapter', ['SDXL'], lora('text_encoders.clip_g.transformer.text_model.encoder.layers.0.mlp.fc1', 1280)],
    [
      '(IA)³ adapter',
      ['SD2'],
      {
        'lora_te_text_model_encoder_layers_0_self_attn_k_proj.weight': [1024],
        'lora_te_text_model_encoder_layers_0_self_attn_k_proj.on_input': [],
      },
    ],
    ['OFT adapter', ['SD2'], { 'lora_te_text_model_encoder_layers_0_mlp_fc2.oft_blocks': [4, 256, 256] }],
    [
      'OFT adapter',
      ['SD1'],
      { 'base_model.model.mid_block.attentions.0.transformer_blocks.0.attn2.to_k.oft_R.weight': [192, 6] },
    ],
    [
      'BOFT adapter',
      ['SD1'],
      { 'base_model.model.mid_block.attentions.0.transformer_blocks.0.attn2.to_k.boft_R': [1, 192, 4, 4] },
    ],
    ['LoRA adapter', ['SDXL'], lora('base_model.model.text_encoder_2.text_model.encoder.layers.0.mlp.fc1', 1280)],
    ['LoRA adapter', ['SD1', 'SD2'], lora('lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q', 320)],
    [
      'LoHa adapter',
      ['SD1'],
      {
        [`${TO_K}.hada_w1_a`]: [320, 2],
        [`${TO_K}.hada_w1_b`]: [2, 768],
        [`${TO_K}.hada_w2_a`]: [320, 2],
        [`${TO_K}.hada_w2_b`]: [2, 768],
      },
    ],
    [
      'LoKr adapter',
      ['SD1'],
      { [`${TO_K}.lokr_w1`]: [8, 8], [`${TO_K}.lokr_w2_a`]: [40, 2], [`${TO_K}.lokr_w2_b`]: [2, 96] },
    ],
    ['BOFT adapter', ['SD1', 'SD2'], { [`${TO_K}.oft_blocks`]: [3, 32, 10, 10] }],
    // Forty outputs where SD1 and SD2 have 320.
    ['BOFT adapter', [], { [`${TO_K}.oft_blocks`]: [3, 4, 10, 10] }],
    ['full difference adapter', ['SD1'], { [`${TO_K}.diff`]: [4, 768] }],
    ['incomplete adapter', ['SD1', 'SD2'], { [`${TO_K.replace('attn2', 'attn1')}.lora_down.weight`]: [4, 320] }],
    ['Wan adapter', ['Wan'], lora('diffusion_model.blocks.0.self_attn.q', 1536)],
    ['Hunyuan Video adapter', ['Hunyuan Video'], lora('diffusion_model.double_blocks.0.img_attn_qkv', 3072)],
    ['LTX-Video adapter', ['LTX-Video'], lora('transformer.transformer_blocks.0.attn1.to_q', 2048)],
    ['Flux adapter', ['Flux'], lora('transformer.single_transformer_blocks.0.attn.to_q', 3072)],
    ['SD3 adapter', ['SD3'], lora('transformer.transformer_blocks.0.attn.to_q', 1536)],
    ['Flux adapter', ['Flux'], lora('lora_unet_double_blocks_0_img_attn_qkv', 3072)],
    ['embedding of 2 vectors', ['SD1'], { emb_params: [2, 768] }],
    ['embedding of 1 vector', ['SD1'], { '<cat>': [768] }],
    ['embedding of 3 vectors', ['SDXL'], { clip_g: [3, 1280], clip_l: [3, 768] }],
    ['embedding of 2 vectors', ['SD1'], { 'string_to_param.*': [2, 768] }],
    ['embedding of 2 vectors', ['SD2'], { 'string_to_token.*': [], 'string_to_param.*': [2, 1024] }],
    ['file of 2 embeddings', [], { 'string_to_param.*': [1, 768], 'string_to_param.+': [1, 768] }],
    ['file of 2 embeddings', [], { '<a>': [768], '<b>': [768] }],
    ['hypernetwork', ['SD1'], { '768.0.linear.0.weight': [1536, 768], '768.1.linear.0.weight': [1536, 768] }],
    [
      'ControlNet',
      ['SD1'],
      {
        'control_model.input_hint_block.0.weight': [16, 3, 3, 3],
        'control_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight': [320, 768],
      },
    ],
    ['unknown model', [], { 'foo.bar': [3, 4], baz: [5] }],
    ['file without tensors', [], {}],
  ])('%s %j', (what, bases, shapes) => {
    expect(describeModel(file(shapes))).toMatchObject({ what, bases });
  });

  test('tells of an adapter what it changes', () => {
    const { adapter } = describeModel(
      file({
        ...lora(TO_K, 768, 2),
        ...lora('lora_te_text_model_encoder_layers_0_mlp_fc1', 768, 8),
        'x.lora_up.weight': [3, 3],
      }),
    );
    expect(adapter).toMatchObject({
      families: ['lora'],
      components: ['te', 'unet'],
      modules: 2,
      conv: false,
      broken: ['x'],
    });
    expect([...adapter!.ranks]).toEqual([
      [2, 1],
      [8, 1],
    ]);
  });

  test('a single half of a pair makes an adapter, whatever else its layer has', () => {
    const parts = ['lora_down.weight', 'alpha', 'bias_indices', 'bias_values', 'bias_size'];
    const half = Object.fromEntries(parts.map((part) => [`${TO_K}.${part}`, [4, 4]]));
    expect(describeModel(file(half))).toMatchObject({ kind: 'adapter', adapter: { broken: [TO_K] } });
  });

  test('what lacks a part changes nothing, unless all do', () => {
    const half = { 'lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight': [3, 3] };
    const components = (shapes: Readonly<Record<string, readonly number[]>>): readonly string[] | undefined =>
      describeModel(file(shapes)).adapter?.components;
    expect(components({ ...lora(TO_K, 768), ...half })).toEqual(['unet']);
    expect(components(half)).toEqual(['te']);
  });

  test.each([
    ['(IA)³ adapter', 'unet.mid_block.attentions.0.proj_in.ia3_l', [320, 1]],
    ['BOFT adapter', 'unet.mid_block.attentions.0.proj_in.boft_R', [2, 4, 8, 8]],
    ['full difference adapter', 'lora_unet_mid_block_attentions_0_proj_in.set_weight', [320, 320]],
    ['norm adapter', 'lora_unet_mid_block_attentions_0_norm.b_norm', [320]],
    ['incomplete adapter', 'lora_unet_mid_block_attentions_0_proj_in.weight', [1, 320]],
    ['adapter of a bundled embedding alone', 'bundle_emb.word.string_to_param.*', [2, 768]],
  ])('one tensor may make an %s', (what, name, shape) => {
    expect(describeModel(file({ [name]: shape }))).toMatchObject({ kind: 'adapter', what });
  });

  test('a list of one tensor is no embedding', () => {
    expect(describeModel(file({ '0': [1, 768] }, { container: 'torch-zip', value: [null] }))).toMatchObject({
      kind: 'unknown',
    });
  });

  test('a layer that several bases have, in a spelling that all have, is for any of them', () => {
    const up = lora('lora_unet_up_blocks_0_upsamplers_0_conv', 1280);
    expect(describeModel(file(up))).toMatchObject({ bases: ['SD1', 'SD2'], also: ['SDXL'] });
    const metadata = new Map([['ss_base_model_version', 'sd_v1']]);
    expect(describeModel(file(up, { metadata })).also).toBeUndefined();
  });

  test('takes the base from metadata where no tensor tells it', () => {
    const metadata = new Map([['ss_base_model_version', 'sdxl_base_v1-0']]);
    expect(describeModel(file(lora('lycoris_conv_out', 320), { metadata }))).toMatchObject({ bases: ['SDXL'] });
  });

  test('counts tensors, parameters and bytes by part and precision', () => {
    const description = describeModel(file({ [CONV_IN]: [2, 4, 3, 3], ...SD1_TEXT }));
    expect(description).toMatchObject({ tensors: 2, parameters: 840, bytes: 1680 });
    expect([...description.groups]).toEqual([
      ['UNet', { tensors: 1, parameters: 72 }],
      ['text encoder', { tensors: 1, parameters: 768 }],
    ]);
    expect([...description.precision]).toEqual([['F16', { tensors: 2, parameters: 840 }]]);
  });
});

describe('renderDescription', () => {
  test('shows nothing that a terminal obeys', () => {
    const evil = '\x1b[2J\u202e\r\nrm -rf';
    const text = renderDescription(
      describeModel(
        file(
          { [`${evil}.lora_up.weight`]: [1], [evil]: [2] },
          { name: evil, metadata: new Map([[evil, `${evil}${'x'.repeat(1000)}`]]) },
        ),
      ),
    );
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(300);
  });

  test('says kind, base and size', () => {
    const text = renderDescription(
      describeModel(file({ ...lora(TO_K, 768), ...lora(TO_K.replace('to_k', 'to_v'), 768) })),
    );
    expect(text).toContain('LoRA adapter');
    expect(text).toContain('SD1');
    expect(text).toContain('unet: 2 layers');
    expect(text).toMatch(/rank +4\n/);
  });

  test('keys are padded by how wide they are', () => {
    const metadata = new Map([
      ['a', 'x'],
      ['ab', 'y'],
    ]);
    const text = renderDescription(describeModel(file({ x: [1] }, { metadata })), [], (one) => 3 * one.length);
    expect(text).toContain('    a     x\n    ab  y\n');
  });

  test('counts one thing as one, and many in threes', () => {
    const broken = { [`${TO_K}_x.lora_down.weight`]: [100, 70] };
    const text = renderDescription(describeModel(file({ ...lora(TO_K, 768), ...broken, 'other.x': [1] })));
    expect(text).toContain('1 module lacks a part');
    expect(text).toMatch(/holds +5 tensors, 11,354 parameters/);
    expect(text).toMatch(/other +1 tensor, 1 parameter\n/);
  });
});
