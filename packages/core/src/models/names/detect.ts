import type { TensorShapes } from './table.ts';

// What other programs take a checkpoint for, by single tensors. Both look in this order and stop at the first hit.

/** A tensor that must be there, and if given the size of one of its axes. */
type Sign = readonly [key: string, axis?: number, size?: number];
type Rule<T> = readonly [T, readonly Sign[]];

const UNET = 'model.diffusion_model.';
const FIRST = `${UNET}input_blocks.0.0.weight`;
const OPENCLIP = 'cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight';
const LAST_BIAS = 'model.transformer.resblocks.9.mlp.c_proj.bias';

/** A1111 modules/sd_models_config.py. v-prediction of SD2 is told by running the network, not here. */
const CONFIGS: readonly Rule<string>[] = [
  ['sd3', [[`${UNET}x_embedder.proj.weight`]]],
  ['sd_xl_inpaint', [['conditioner.embedders.1.model.ln_final.weight'], [FIRST, 1, 9]]],
  ['sd_xl_base', [['conditioner.embedders.1.model.ln_final.weight']]],
  ['sd_xl_refiner', [['conditioner.embedders.0.model.ln_final.weight']]],
  ['v2-midas', [['depth_model.model.pretrained.act_postprocess3.0.project.0.bias']]],
  ['v2-1-unclip-l', [['embedder.model.ln_final.weight', 0, 768]]],
  ['v2-1-unclip-h', [['embedder.model.ln_final.weight', 0, 1024]]],
  [
    'v2-inpainting',
    [
      [OPENCLIP, 1, 1024],
      [FIRST, 1, 9],
    ],
  ],
  ['v2-inference', [[OPENCLIP, 1, 1024]]],
  ['v1-inpainting', [[FIRST, 1, 9]]],
  ['instruct-pix2pix', [[FIRST, 1, 8]]],
  ['alt-diffusion', [['cond_stage_model.roberta.embeddings.word_embeddings.weight']]],
];

/** The configuration that A1111 chooses for a checkpoint. */
export function a1111Config(tensors: TensorShapes): string {
  return firstOf(CONFIGS, tensors) ?? 'v1-inference';
}

const SD2_CONTEXT: Sign = [`${UNET}input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight`, 1, 1024];

/** huggingface/diffusers loaders/single_file_utils.py. */
const TYPES: readonly Rule<string>[] = [
  ['inpainting_v2', [[FIRST, 1, 9], SD2_CONTEXT]],
  ['xl_inpaint', [[FIRST, 1, 9], [`conditioner.embedders.1.${LAST_BIAS}`]]],
  ['inpainting', [[FIRST, 1, 9]]],
  ['v2', [SD2_CONTEXT]],
  ['xl_base', [[`conditioner.embedders.1.${LAST_BIAS}`]]],
  ['xl_refiner', [[`conditioner.embedders.0.${LAST_BIAS}`]]],
  ['controlnet', [['control_model.time_embed.0.weight']]],
  ['controlnet', [['controlnet_cond_embedding.conv_in.weight']]],
  ['sd3', [['joint_blocks.0.context_block.adaLN_modulation.1.bias']]],
  ['sd3', [[`${UNET}joint_blocks.0.context_block.adaLN_modulation.1.bias`]]],
  ['flux-dev', [['double_blocks.0.img_attn.norm.key_norm.scale'], ['guidance_in.in_layer.bias']]],
  ['flux-dev', [[`${UNET}double_blocks.0.img_attn.norm.key_norm.scale`], [`${UNET}guidance_in.in_layer.bias`]]],
  ['flux-schnell', [['double_blocks.0.img_attn.norm.key_norm.scale']]],
  ['flux-schnell', [[`${UNET}double_blocks.0.img_attn.norm.key_norm.scale`]]],
];

/** What diffusers takes a single-file checkpoint for. */
export function diffusersType(tensors: TensorShapes): string {
  return firstOf(TYPES, tensors) ?? 'v1';
}

function firstOf<T>(rules: readonly Rule<T>[], tensors: TensorShapes): T | undefined {
  return rules.find(([, signs]) =>
    signs.every(([key, axis, size]) => {
      const shape = tensors.get(key)?.shape;
      return shape !== undefined && (axis === undefined || shape[axis] === size);
    }),
  )?.[0];
}
