import type { ForeignBase, Recognition } from './description.ts';
import type { Keys } from './keys.ts';
import { COMMON_PARTS } from '../names/index.ts';
import { splitPart } from './parts.ts';

// Networks that are none of Stable Diffusion 1, 2 and XL, and adapters for them: told by names, so that they are refused by their own
// name. Most signs are those of ComfyUI's comfy/model_detection.py; the others are diffusers' names of the same models.

/** A model, and names that give it away: the first that fits counts, so those that hold another's names stand before it. */
interface ForeignNetwork {
  readonly base: ForeignBase;
  /** Beginnings of tensor names behind any prefix of a network: all of one list. */
  readonly signs: readonly (readonly string[])[];
  readonly why: string;
}

const NETWORKS: readonly ForeignNetwork[] = [
  {
    base: 'SD3',
    signs: [['joint_blocks.'], ['pos_embed.pos_embed', 'transformer_blocks.0.norm1_context.']],
    why: 'its network has joint blocks of text and picture',
  },
  {
    base: 'Hunyuan Video',
    signs: [['txt_in.individual_token_refiner.'], ['context_embedder.token_refiner.']],
    why: 'its network refines the tokens of a text',
  },
  { base: 'Chroma', signs: [['distilled_guidance_layer.']], why: 'it has a distilled guidance layer' },
  {
    base: 'Flux',
    signs: [['double_blocks.'], ['single_transformer_blocks.']],
    why: 'its network has double and single blocks',
  },
  {
    base: 'Stable Cascade',
    signs: [['clip_txt_mapper.'], ['clip_txt_pooled_mapper.'], ['clf.1.weight', 'down_blocks.0.0.channelwise.']],
    why: 'it has the mappers of its stages',
  },
  {
    base: 'AuraFlow',
    signs: [['double_layers.0.attn.w1q.'], ['joint_transformer_blocks.']],
    why: 'its network has double layers',
  },
  {
    base: 'Hunyuan-DiT',
    signs: [['mlp_t5.0.weight'], ['text_embedding_padding']],
    why: 'it reads texts of a T5 beside those of CLIP',
  },
  { base: 'Mochi', signs: [['t5_yproj.']], why: 'it has a t5_yproj' },
  {
    base: 'Qwen-Image',
    signs: [
      ['txt_norm.weight', 'transformer_blocks.0.img_mlp.'],
      ['txt_norm.weight', 'transformer_blocks.0.attn.add_k_proj.'],
    ],
    why: 'its blocks have parts for picture and text',
  },
  { base: 'Lumina', signs: [['cap_embedder.', 'noise_refiner.']], why: 'it has an embedder of captions' },
  {
    base: 'HiDream',
    signs: [['caption_projection.0.linear.weight', 'double_stream_blocks.']],
    why: 'it has double stream blocks',
  },
  {
    base: 'Wan',
    signs: [
      ['head.modulation', 'blocks.0.cross_attn.'],
      ['condition_embedder.text_embedder.', 'patch_embedding.'],
    ],
    why: 'its network has the parts of a video transformer',
  },
  {
    base: 'LTX-Video',
    signs: [
      ['adaln_single.emb.timestep_embedder.', 'patchify_proj.'],
      ['adaln_single.emb.timestep_embedder.', 'scale_shift_table', 'proj_in.'],
    ],
    why: 'its network patches videos',
  },
  {
    base: 'PixArt',
    signs: [
      ['t_block.1.weight', 'y_embedder.'],
      ['adaln_single.emb.timestep_embedder.', 'pos_embed.proj.'],
    ],
    why: 'its network embeds patches and captions',
  },
  {
    base: 'CogVideoX',
    signs: [['transformer_blocks.0.norm1.linear.', 'patch_embed.proj.', 'norm_final.']],
    why: 'its network patches videos',
  },
  {
    base: 'Stable Video Diffusion',
    signs: [['input_blocks.1.0.time_stack.'], ['down_blocks.0.resnets.0.temporal_res_block.']],
    why: 'its UNet has layers over time',
  },
  {
    base: 'ModelScope',
    signs: [['input_blocks.1.1.temopral_conv.'], ['down_blocks.0.temp_convs.']],
    why: 'its UNet has convolutions over time',
  },
  { base: 'AnimateDiff', signs: [['down_blocks.0.motion_modules.0.']], why: 'it has motion modules' },
  {
    base: 'Kolors',
    signs: [
      ['encoder_hid_proj.weight', 'label_emb.0.0.weight'],
      ['encoder_hid_proj.weight', 'add_embedding.linear_1.'],
    ],
    why: 'its UNet reads texts of ChatGLM',
  },
  { base: 'SD3', signs: [['x_embedder.proj.weight']], why: 'its network embeds patches' },
  // SDXL's own network, for another kind of noise.
  { base: 'Playground 2.5', signs: [['edm_mean']], why: 'its marker edm_mean means the noise of EDM' },
  { base: 'CosXL', signs: [['edm_vpred.sigma_max']], why: 'its marker edm_vpred means the noise of EDM' },
];

/** What may stand before the names of a network. */
const PREFIX = /^(?:model\.diffusion_model\.|diffusion_model\.|model\.|transformer\.|net\.|unet\.)?/;

/** A network that is none of Stable Diffusion's. */
export function foreignNetwork(keys: Keys): { readonly base: ForeignBase; readonly why: string } | undefined {
  const bare = keys.names.map((name) => name.replace(PREFIX, ''));
  const has = (sign: string): boolean => bare.some((name) => name.startsWith(sign));
  return NETWORKS.find(({ signs }) => signs.some((list) => list.every(has)));
}

/** The same as a recognition of a whole file: one with text encoders or a VAE beside is called a checkpoint. */
export function recogniseForeign(keys: Keys): Recognition | undefined {
  const found = isAdapter(keys) ? undefined : foreignNetwork(keys);
  if (found === undefined) return undefined;
  const { base, why } = found;
  const whole = keys.under('model.diffusion_model.') || keys.under('first_stage_model.') || keys.under('vae.');
  return { kind: 'unsupported', what: `${base} ${whole ? 'checkpoint' : 'network'}`, bases: [base], why };
}

/** Whether names end as parts of adapters do. */
function isAdapter(keys: Keys): boolean {
  return keys.names.some((name) => {
    const part = splitPart(name)?.part;
    return part !== undefined && !COMMON_PARTS.has(part);
  });
}

/** Names of adapters' modules that no Stable Diffusion 1, 2 or XL has. In this order: some hold the signs of others. */
export const FOREIGN_MODULES: readonly (readonly [RegExp, ForeignBase])[] = [
  [/^lora_prior_/, 'Stable Cascade'],
  [/motion_modules[._]/, 'AnimateDiff'],
  // Dots: kohya's flattened names of Flux are the same otherwise.
  [/(^|\.)double_blocks\.\d+\.(img|txt)_(attn_(qkv|proj)|mlp\.fc\d)/, 'Hunyuan Video'],
  [/(^|[._])distilled_guidance_layer[._]/, 'Chroma'],
  [/(^|[._])(double_blocks|single_blocks|single_transformer_blocks)[._]/, 'Flux'],
  [/(^|[._])transformer_blocks[._]\d+[._](img_mlp|txt_mlp)[._]/, 'Qwen-Image'],
  [/(^|[._])joint_blocks[._]/, 'SD3'],
  [/(^|[._])blocks[._]\d+[._](self_attn|cross_attn)[._](q|k|v|o|k_img|v_img)$/, 'Wan'],
  [/(^|[._])blocks[._]\d+[._]ffn[._][02]$/, 'Wan'],
  [/(^|[._])(joint_transformer_blocks|double_layers)[._]/, 'AuraFlow'],
  [/(^|[._])(noise_refiner|context_refiner)[._]/, 'Lumina'],
  [/^(transformer\.|diffusion_model\.|lora_transformer_)transformer_blocks[._]\d+[._]attn1[._]/, 'LTX-Video'],
  [/^(transformer\.|lora_transformer_)transformer_blocks/, 'SD3'],
];
