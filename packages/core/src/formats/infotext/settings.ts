import type { Infotext, InfotextEntry } from './parse.ts';

/** An option of A1111 that infotext speaks of. */
interface Setting {
  /** Its name in the infotext. */
  readonly parameter: string;
  /** Its name among the options. */
  readonly option: string;
  /** Its default tells its type: "float" when whole numbers are floats too. */
  readonly initial: string | number | boolean;
  readonly kind: 'text' | 'integer' | 'float' | 'truth';
}

function setting(parameter: string, option: string, initial: string | number | boolean, kind?: 'float'): Setting {
  const own = typeof initial === 'string' ? 'text' : typeof initial === 'boolean' ? 'truth' : 'integer';
  return { parameter, option, initial, kind: kind ?? own };
}

/** In the order of the settings page (sections by their title). The checkpoint is not among them: A1111 leaves it out by default. */
const SETTINGS: readonly Setting[] = [
  setting('Old prompt editing timelines', 'use_old_scheduling', false),
  setting('Downcast alphas_cumprod', 'use_downcasted_alpha_bar', false),
  setting('Refiner switch by sampling steps', 'refiner_switch_by_sample_steps', false),
  setting('NGMS', 's_min_uncond', 0, 'float'),
  setting('NGMS all steps', 's_min_uncond_all', false),
  setting('Token merging ratio', 'token_merging_ratio', 0, 'float'),
  setting('Token merging ratio hr', 'token_merging_ratio_hr', 0, 'float'),
  setting('Pad conds', 'pad_cond_uncond', false),
  setting('Pad conds v0', 'pad_cond_uncond_v0', false),
  setting('Eta DDIM', 'eta_ddim', 0, 'float'),
  setting('Eta', 'eta_ancestral', 1, 'float'),
  setting('Sigma churn', 's_churn', 0, 'float'),
  setting('Sigma tmin', 's_tmin', 0, 'float'),
  setting('Sigma tmax', 's_tmax', 0, 'float'),
  setting('Sigma noise', 's_noise', 1, 'float'),
  setting('Schedule min sigma', 'sigma_min', 0, 'float'),
  setting('Schedule max sigma', 'sigma_max', 0, 'float'),
  setting('Schedule rho', 'rho', 0, 'float'),
  setting('ENSD', 'eta_noise_seed_delta', 0),
  setting('Discard penultimate sigma', 'always_discard_next_to_last_sigma', false),
  setting('SGM noise multiplier', 'sgm_noise_multiplier', false),
  setting('UniPC variant', 'uni_pc_variant', 'bh1'),
  setting('UniPC skip type', 'uni_pc_skip_type', 'time_uniform'),
  setting('UniPC order', 'uni_pc_order', 3),
  setting('UniPC lower order final', 'uni_pc_lower_order_final', true),
  setting('Noise Schedule', 'sd_noise_schedule', 'Default'),
  setting('Skip Early CFG', 'skip_early_cond', 0, 'float'),
  setting('Beta scheduler alpha', 'beta_dist_alpha', 0.6, 'float'),
  setting('Beta scheduler beta', 'beta_dist_beta', 0.6, 'float'),
  setting('Emphasis', 'emphasis', 'Original'),
  setting('Clip skip', 'CLIP_stop_at_last_layers', 1),
  setting('RNG', 'randn_source', 'GPU'),
  setting('Tiling', 'tiling', false),
  setting('Hires refiner', 'hires_fix_refiner_pass', 'second pass'),
  setting('VAE', 'sd_vae', 'Automatic'),
  setting('VAE Encoder', 'sd_vae_encode_method', 'Full'),
  setting('VAE Decoder', 'sd_vae_decode_method', 'Full'),
  setting('Conditional mask weight', 'inpainting_mask_weight', 1, 'float'),
  setting('Noise multiplier', 'initial_noise_multiplier', 1, 'float'),
  setting('Extra noise', 'img2img_extra_noise', 0, 'float'),
  // Graft's own: the webui's pictures never say it.
  setting('Prediction type', 'prediction', 'Automatic'),
];

/** An option that must be set for the picture to come out again. */
export interface SettingOverride {
  readonly parameter: string;
  readonly option: string;
  readonly value: string | number | boolean;
}

/**
 * The options that an infotext asks for and that differ from `current` (options by name; A1111's defaults where absent).
 * Values that an option cannot have are left out.
 */
export function settingOverrides(
  infotext: Infotext,
  current: Readonly<Record<string, unknown>> = {},
): readonly SettingOverride[] {
  return SETTINGS.flatMap(({ parameter, option, initial, kind }) => {
    const entry = infotext.get(parameter);
    const value = entry === undefined ? undefined : cast(entry, kind);
    const now = Object.hasOwn(current, option) ? current[option] : initial;
    return value === undefined || value === now ? [] : [{ parameter, option, value }];
  });
}

/** As Python's `bool`, `int`, `float` and `str` take it. */
function cast(entry: InfotextEntry, kind: Setting['kind']): string | number | boolean | undefined {
  if (kind === 'truth') return typeof entry === 'boolean' ? entry : entry !== 'False' && entry !== 0 && entry !== '';
  const text = String(entry).trim();
  if (kind === 'text') return String(entry);
  if (kind === 'integer') return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
  const number = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}
