import type { UniPcOptions } from './samplers/index.ts';

/** Settings of sampling under the names that the webui's options have. */
export interface SamplingOptions {
  readonly eta_ancestral: number;
  readonly eta_ddim: number;
  readonly s_churn: number;
  readonly s_tmin: number;
  /** 0: no limit. */
  readonly s_tmax: number;
  readonly s_noise: number;
  /** 0: the model's own. */
  readonly sigma_min: number;
  readonly sigma_max: number;
  /** 0: the scheduler's own. */
  readonly rho: number;
  readonly beta_dist_alpha: number;
  readonly beta_dist_beta: number;
  /** Sigmas from 10 to 0.1, as pictures of 2022 had them. */
  readonly use_old_karras_scheduler_sigmas: boolean;
  readonly always_discard_next_to_last_sigma: boolean;
  /** Starts from noise·√(1 + σ²) instead of noise·σ. */
  readonly sgm_noise_multiplier: boolean;
  /** Rounds model times to whole steps. */
  readonly enable_quantization: boolean;
  /** "Default" or "Zero Terminal SNR". */
  readonly sd_noise_schedule: string;
  readonly use_downcasted_alpha_bar: boolean;
  readonly uni_pc_variant: string;
  readonly uni_pc_skip_type: string;
  readonly uni_pc_order: number;
  readonly uni_pc_lower_order_final: boolean;
  /** Noise added to a picture beyond what its strength asks for. */
  readonly img2img_extra_noise: number;
  /** Runs all steps asked for, whatever the strength. */
  readonly img2img_fix_steps: boolean;
  /** Below this sigma every second call leaves out the negative prompt. 0: never. */
  readonly s_min_uncond: number;
  readonly s_min_uncond_all: boolean;
  /** Leaves out the negative prompt during this share of the first calls. 0: never. */
  readonly skip_early_cond: number;
}

export const SAMPLING_DEFAULTS: SamplingOptions = {
  eta_ancestral: 1,
  eta_ddim: 0,
  s_churn: 0,
  s_tmin: 0,
  s_tmax: 0,
  s_noise: 1,
  sigma_min: 0,
  sigma_max: 0,
  rho: 0,
  beta_dist_alpha: 0.6,
  beta_dist_beta: 0.6,
  use_old_karras_scheduler_sigmas: false,
  always_discard_next_to_last_sigma: false,
  sgm_noise_multiplier: false,
  enable_quantization: false,
  sd_noise_schedule: 'Default',
  use_downcasted_alpha_bar: false,
  uni_pc_variant: 'bh1',
  uni_pc_skip_type: 'time_uniform',
  uni_pc_order: 3,
  uni_pc_lower_order_final: true,
  img2img_extra_noise: 0,
  img2img_fix_steps: false,
  s_min_uncond: 0,
  s_min_uncond_all: false,
  skip_early_cond: 0,
};

/** The settings of UniPC among them. */
export function uniPcOptions(options: SamplingOptions): UniPcOptions {
  return {
    variant: options.uni_pc_variant,
    skipType: options.uni_pc_skip_type,
    order: options.uni_pc_order,
    lowerOrderFinal: options.uni_pc_lower_order_final,
  };
}

/** Entries for the infotext, in the order in which they are written. */
export type InfoEntries = Readonly<Record<string, string | number | boolean>>;
