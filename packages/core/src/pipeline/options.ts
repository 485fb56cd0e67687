import type { Prediction, SamplingOptions } from '../diffusion/index.ts';
import { RequestError } from '../errors/index.ts';
import { readFields, type Field, type FieldTable, type FieldType } from './fields.ts';

/**
 * The settings of A1111 that change a picture, under its own names (`modules/shared_options.py` 1.10.1).
 * A request sets them in `override_settings`; settings of the page or of storage are accepted and have no effect.
 */
export interface Options extends SamplingOptions {
  /** Name, stem or hash of a checkpoint; '' keeps the loaded one. */
  readonly sd_model_checkpoint: string;
  /** File name of a VAE, "Automatic" or "None". */
  readonly sd_vae: string;
  readonly CLIP_stop_at_last_layers: number;
  /** Clip skip acts on SDXL's first text encoder too. */
  readonly sdxl_clip_l_skip: boolean;
  readonly sdxl_crop_top: number;
  readonly sdxl_crop_left: number;
  readonly sdxl_refiner_low_aesthetic_score: number;
  readonly sdxl_refiner_high_aesthetic_score: number;
  /** Where noise comes from. "GPU" is CUDA's generator, computed like "NV". */
  readonly randn_source: 'GPU' | 'CPU' | 'NV';
  readonly eta_noise_seed_delta: number;
  readonly ddim_discretize: string;
  readonly k_sched_type: string;
  readonly no_dpmpp_sde_batch_determinism: boolean;
  readonly emphasis: 'Original' | 'No norm' | 'Ignore' | 'None';
  readonly use_old_emphasis_implementation: boolean;
  readonly comma_padding_backtrack: number;
  readonly use_old_scheduling: boolean;
  readonly pad_cond_uncond: boolean;
  readonly pad_cond_uncond_v0: boolean;
  readonly refiner_switch_by_sample_steps: boolean;
  readonly initial_noise_multiplier: number;
  readonly img2img_color_correction: boolean;
  readonly img2img_background_color: string;
  readonly inpainting_mask_weight: number;
  readonly overlay_inpaint: boolean;
  readonly upscaler_for_img2img: string;
  readonly hires_fix_use_firstpass_conds: boolean;
  /** In which pass of a hires fix a refiner takes over. */
  readonly hires_fix_refiner_pass: 'first pass' | 'second pass' | 'both passes';
  readonly sd_vae_encode_method: string;
  readonly sd_vae_decode_method: string;
  /** How previews are made; "Automatic": by the best small decoder that there is. The page's own default is "Approx NN". */
  readonly show_progress_type: string;
  readonly tiling: boolean;
  readonly extra_networks_default_multiplier: number;
  readonly sd_hypernetwork: string;
  readonly sd_lora: string;
  readonly lora_add_hashes_to_infotext: boolean;
  /** Infotexts tell which adapters bring embeddings. */
  readonly lora_bundled_ti_to_infotext: boolean;
  readonly add_model_hash_to_info: boolean;
  readonly add_model_name_to_info: boolean;
  readonly add_vae_hash_to_info: boolean;
  readonly add_vae_name_to_info: boolean;
  readonly add_version_to_infotext: boolean;
  readonly enable_prompt_comments: boolean;
  /** CFG rescale φ (diffusers' `guidance_rescale`), 0…1; not a setting of A1111's core. */
  readonly cfg_rescale: number;
  /** What the checkpoint's network predicts; "Automatic" finds it out. Not a setting of A1111's core. */
  readonly prediction: 'Automatic' | Prediction;
}

const unit = { type: 'number', min: 0, max: 1 } as const;

const TABLE: FieldTable<Options> = {
  sd_model_checkpoint: { type: 'text', default: '' },
  sd_vae: { type: 'text', default: 'Automatic' },
  CLIP_stop_at_last_layers: { type: 'whole', default: 1, min: 1, max: 12 },
  sdxl_clip_l_skip: { type: 'flag', default: false },
  sdxl_crop_top: { type: 'number', default: 0, min: 0, max: 1e6 },
  sdxl_crop_left: { type: 'number', default: 0, min: 0, max: 1e6 },
  sdxl_refiner_low_aesthetic_score: { type: 'number', default: 2.5, min: -1e6, max: 1e6 },
  sdxl_refiner_high_aesthetic_score: { type: 'number', default: 6, min: -1e6, max: 1e6 },
  randn_source: { type: 'choice', default: 'GPU', choices: ['GPU', 'CPU', 'NV'] },
  eta_noise_seed_delta: { type: 'whole', default: 0, min: -(2 ** 53), max: 2 ** 53 },
  eta_ddim: { ...unit, default: 0 },
  eta_ancestral: { type: 'number', default: 1, min: 0, max: 10 },
  ddim_discretize: { type: 'text', default: 'uniform' },
  s_churn: { type: 'number', default: 0, min: 0, max: 1e6 },
  s_tmin: { type: 'number', default: 0, min: 0, max: 1e6 },
  s_tmax: { type: 'number', default: 0, min: 0, max: 1e6 },
  s_noise: { type: 'number', default: 1, min: 0, max: 100 },
  sigma_min: { type: 'number', default: 0, min: 0, max: 1e6 },
  sigma_max: { type: 'number', default: 0, min: 0, max: 1e6 },
  rho: { type: 'number', default: 0, min: 0, max: 1e3 },
  beta_dist_alpha: { type: 'number', default: 0.6, min: 0.01, max: 100 },
  beta_dist_beta: { type: 'number', default: 0.6, min: 0.01, max: 100 },
  k_sched_type: { type: 'text', default: 'Automatic' },
  use_old_karras_scheduler_sigmas: { type: 'flag', default: false },
  always_discard_next_to_last_sigma: { type: 'flag', default: false },
  sgm_noise_multiplier: { type: 'flag', default: false },
  no_dpmpp_sde_batch_determinism: { type: 'flag', default: false },
  uni_pc_order: { type: 'whole', default: 3, min: 1, max: 50 },
  uni_pc_variant: { type: 'choice', default: 'bh1', choices: ['bh1', 'bh2', 'vary_coeff'] },
  uni_pc_skip_type: { type: 'choice', default: 'time_uniform', choices: ['time_uniform', 'time_quadratic', 'logSNR'] },
  uni_pc_lower_order_final: { type: 'flag', default: true },
  sd_noise_schedule: { type: 'choice', default: 'Default', choices: ['Default', 'Zero Terminal SNR'] },
  use_downcasted_alpha_bar: { type: 'flag', default: false },
  enable_quantization: { type: 'flag', default: false },
  emphasis: { type: 'choice', default: 'Original', choices: ['Original', 'No norm', 'Ignore', 'None'] },
  use_old_emphasis_implementation: { type: 'flag', default: false },
  comma_padding_backtrack: { type: 'whole', default: 20, min: 0, max: 74 },
  use_old_scheduling: { type: 'flag', default: false },
  pad_cond_uncond: { type: 'flag', default: false },
  pad_cond_uncond_v0: { type: 'flag', default: false },
  s_min_uncond: { type: 'number', default: 0, min: 0, max: 1e6 },
  s_min_uncond_all: { type: 'flag', default: false },
  skip_early_cond: { ...unit, default: 0 },
  refiner_switch_by_sample_steps: { type: 'flag', default: false },
  initial_noise_multiplier: { type: 'number', default: 1, min: 0, max: 10 },
  img2img_extra_noise: { ...unit, default: 0 },
  img2img_fix_steps: { type: 'flag', default: false },
  img2img_color_correction: { type: 'flag', default: false },
  img2img_background_color: { type: 'text', default: '#ffffff' },
  inpainting_mask_weight: { ...unit, default: 1 },
  overlay_inpaint: { type: 'flag', default: true },
  upscaler_for_img2img: { type: 'text', default: 'None' },
  hires_fix_use_firstpass_conds: { type: 'flag', default: false },
  hires_fix_refiner_pass: {
    type: 'choice',
    default: 'second pass',
    choices: ['first pass', 'second pass', 'both passes'],
  },
  sd_vae_encode_method: { type: 'text', default: 'Full' },
  sd_vae_decode_method: { type: 'text', default: 'Full' },
  show_progress_type: {
    type: 'choice',
    default: 'Automatic',
    choices: ['Automatic', 'Full', 'Approx NN', 'Approx cheap', 'TAESD'],
  },
  tiling: { type: 'flag', default: false },
  extra_networks_default_multiplier: { type: 'number', default: 1, min: -100, max: 100 },
  sd_hypernetwork: { type: 'text', default: 'None' },
  sd_lora: { type: 'text', default: 'None' },
  lora_add_hashes_to_infotext: { type: 'flag', default: true },
  lora_bundled_ti_to_infotext: { type: 'flag', default: true },
  add_model_hash_to_info: { type: 'flag', default: true },
  add_model_name_to_info: { type: 'flag', default: true },
  add_vae_hash_to_info: { type: 'flag', default: true },
  add_vae_name_to_info: { type: 'flag', default: true },
  add_version_to_infotext: { type: 'flag', default: true },
  enable_prompt_comments: { type: 'flag', default: true },
  cfg_rescale: { ...unit, default: 0 },
  prediction: { type: 'choice', default: 'Automatic', choices: ['Automatic', 'epsilon', 'v'] },
};

/** Every setting that changes a picture, or previews of one. */
export const OPTION_NAMES: readonly string[] = Object.keys(TABLE);

/** How their values are read. */
export const OPTION_TYPES: ReadonlyMap<string, FieldType> = new Map(
  Object.entries<Field<unknown>>(TABLE).map(([name, { type }]) => [name, type]),
);

/** The options a request's `override_settings` give. Throws RequestError for a value of a wrong type or range. */
export function readOptions(settings: unknown): Options {
  if (settings !== undefined && settings !== null && (typeof settings !== 'object' || Array.isArray(settings))) {
    throw new RequestError('override_settings', 'is not an object of settings');
  }
  return readFields(TABLE, (settings ?? {}) as Readonly<Record<string, unknown>>, 'override_settings.');
}
