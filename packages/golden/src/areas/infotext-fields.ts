import { promptSteps, SAMPLERS, SCHEDULERS } from '@graft/core/diffusion';
import { float, splitSampler, type InfotextFields, type InfotextValue, type PythonFloat } from '@graft/core/formats';
import {
  applyStyles,
  chunkPrompt,
  clipTokenizer,
  isOlderSchedule,
  parseNetworks,
  removeComments,
  type Style,
} from '@graft/core/text';
import { SAMPLER_TABLES } from './sampler-tables.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A request to the reference, its answer's texts, and what was parsed from the first. */
export interface WriteCase {
  readonly call: string;
  readonly request: Fields;
  readonly infotexts: readonly string[];
  readonly parsed: Fields;
  readonly styles: readonly Style[];
  /** Of the reference. */
  readonly version: string;
}

export function picturesOf(request: Fields): number {
  return number(request['batch_size'], 1) * number(request['n_iter'], 1);
}

/**
 * The record of picture `index`: what the pipeline would know after making it. Hashes and names of files, which the data
 * do not hold, come from the recorded text.
 */
export function fieldsOf(one: WriteCase, index: number): InfotextFields {
  const { request, parsed } = one;
  const option = options(request);
  const { prompt, negative } = promptsOf(one);
  const [sampler, label] = splitSampler(SAMPLER_TABLES, {
    sampler: (request['sampler_name'] ?? request['sampler_index'] ?? 'Euler') as string,
    scheduler: (request['scheduler'] ?? null) as string | null,
  });
  const strength = number(request['subseed_strength'], 0);
  const seed = whole(request['seed']);
  const resize = [number(request['seed_resize_from_w'], -1), number(request['seed_resize_from_h'], -1)] as const;
  const ensd = number(option('eta_noise_seed_delta'), 0);
  return {
    prompt,
    negativePrompt: negative,
    steps: number(request['steps'], 50),
    sampler,
    scheduleType: scheduleOf(sampler, label),
    cfgScale: number(request['cfg_scale'], 7),
    imageCfgScale: optional(request['image_cfg_scale']),
    seed: seed + (strength === 0 ? BigInt(index) : 0n),
    width: number(request['width'], 512),
    height: number(request['height'], 512),
    modelHash: option('add_model_hash_to_info') === false ? undefined : recorded(parsed['Model hash']),
    model: option('add_model_name_to_info') === false ? undefined : recorded(parsed['Model']),
    vaeHash: option('add_vae_hash_to_info') === false ? undefined : recorded(parsed['VAE hash']),
    vae: option('add_vae_name_to_info') === false ? undefined : recorded(parsed['VAE']),
    variationSeed: whole(request['subseed']) + BigInt(index),
    variationSeedStrength: strength,
    seedResizeFrom: resize[0] > 0 && resize[1] > 0 ? { width: resize[0], height: resize[1] } : undefined,
    denoisingStrength: denoisingOf(one),
    clipSkip: number(option('CLIP_stop_at_last_layers'), 1),
    ensd: ensd !== 0 && usesEnsd(sampler, request, option) ? ensd : undefined,
    tokenMergingRatio: number(option('token_merging_ratio'), 0),
    tokenMergingRatioHr: request['enable_hr'] === true ? number(option('token_merging_ratio_hr'), 0) : 0,
    rng: (option('randn_source') as string | undefined) ?? 'GPU',
    tiling: (request['tiling'] ?? option('tiling')) === true,
    extra: [
      ...(one.call === 'img2img' ? imageExtras(request, option) : hiresExtras(request, { prompt, sampler, label })),
      ...networkExtras(one, { prompt, negative, sampler, option }),
      ...samplerExtras(one, { prompt, negative, sampler, option }),
    ],
    version: option('add_version_to_infotext') === false ? undefined : one.version,
  };
}

type Option = (name: string) => unknown;

function options(request: Fields): Option {
  const overrides = (request['override_settings'] ?? {}) as Fields;
  return (name) => overrides[name];
}

function number(value: unknown, absent: number): number {
  return optional(value) ?? absent;
}

function optional(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? (value as PythonFloat).float : Number(value);
}

/** A seed: beyond 2^53 the data hold it as text; absent means -1. */
function whole(value: unknown): bigint {
  return typeof value === 'string' || typeof value === 'number' ? BigInt(value) : -1n;
}

function recorded(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function promptsOf({ request, styles }: WriteCase): { readonly prompt: string; readonly negative: string } {
  const names = (request['styles'] ?? []) as readonly string[];
  const text = (name: string): string => (request[name] ?? '') as string;
  const styled = applyStyles({ prompt: text('prompt'), negative: text('negative_prompt') }, names, styles);
  return { prompt: removeComments(styled.prompt), negative: removeComments(styled.negative) };
}

/** The label that is written: a sampler's own schedule by name. */
function scheduleOf(sampler: string, label: string): string {
  const known = SAMPLERS.find(({ name }) => name === sampler);
  if (label !== 'Automatic' || known?.scheduler === undefined) return label;
  return SCHEDULERS.find(({ name }) => name === known.scheduler)?.label ?? label;
}

function usesEnsd(sampler: string, request: Fields, option: Option): boolean {
  const known = SAMPLERS.find(({ name }) => name === sampler);
  const eta = optional(request['eta']) ?? number(option('eta_ancestral'), 1);
  return known?.usesEnsd === true && eta !== 0;
}

function denoisingOf({ call, request }: WriteCase): number | undefined {
  if (call === 'img2img') return number(request['denoising_strength'], 0.75);
  return request['enable_hr'] === true ? optional(request['denoising_strength']) : undefined;
}

type Extra = readonly [string, InfotextValue];

function hiresExtras(
  request: Fields,
  first: { readonly prompt: string; readonly sampler: string; readonly label: string },
): readonly Extra[] {
  if (request['enable_hr'] !== true) return [];
  const x = number(request['hr_resize_x'], 0);
  const y = number(request['hr_resize_y'], 0);
  const steps = number(request['hr_second_pass_steps'], 0);
  const sampler = (request['hr_sampler_name'] as string | undefined) ?? first.sampler;
  const label = splitSampler(SAMPLER_TABLES, {
    sampler,
    scheduler: (request['hr_scheduler'] as string | undefined) ?? first.label,
    keepExplicit: true,
  })[1];
  const [firstType, type] = [scheduleOf(first.sampler, first.label), scheduleOf(sampler, label)];
  const own = (name: string): InfotextValue => {
    const text = (request[name] ?? '') as string;
    return text === '' || text === first.prompt ? null : text;
  };
  return [
    ['Hires sampler', sampler === first.sampler ? null : sampler],
    ['Hires prompt', own('hr_prompt')],
    ['Hires negative prompt', own('hr_negative_prompt')],
    ['Hires schedule type', type === firstType || type === 'Automatic' ? null : type],
    x === 0 && y === 0 ? ['Hires upscale', float(number(request['hr_scale'], 2))] : ['Hires resize', `${x}x${y}`],
    ['Hires steps', steps === 0 ? null : steps],
    ['Hires upscaler', (request['hr_upscaler'] as string | undefined) ?? null],
  ];
}

const MASKED_CONTENT: Readonly<Record<number, string>> = { 0: 'fill', 2: 'latent noise', 3: 'latent nothing' };

function imageExtras(request: Fields, option: Option): readonly Extra[] {
  const extras: Extra[] = [];
  if (request['mask'] !== undefined && request['mask'] !== null) {
    const both = optional(request['mask_blur']);
    const x = both ?? number(request['mask_blur_x'], 4);
    const y = both ?? number(request['mask_blur_y'], 4);
    if (number(request['inpainting_mask_invert'], 0) !== 0) extras.push(['Mask mode', 'Inpaint not masked']);
    if (x > 0 || y > 0) extras.push(['Mask blur', x === y ? x : null]);
    if (request['inpaint_full_res'] !== false && request['inpaint_full_res'] !== 0) {
      extras.push(['Inpaint area', 'Only masked']);
      extras.push(['Masked area padding', number(request['inpaint_full_res_padding'], 0)]);
    }
    extras.push(['Masked content', MASKED_CONTENT[number(request['inpainting_fill'], 0)] ?? null]);
  }
  const noise = optional(request['initial_noise_multiplier']) ?? optional(option('initial_noise_multiplier'));
  if (noise !== undefined && noise !== 1) extras.push(['Noise multiplier', float(noise)]);
  return extras;
}

/** Hashes of the files that tags and embedding names found, and what editing prompts adds between them. */
function networkExtras({ request, parsed }: WriteCase, { sampler, option, ...texts }: Sampling): readonly Extra[] {
  const loras = hashesOf(parsed['Lora hashes']);
  const tags = (parseNetworks([texts.prompt]).found.get('lora') ?? []).map(({ items }) => items[0] ?? '');
  const embeddings = hashesOf(parsed['TI hashes']);
  const used = [texts.prompt, texts.negative].flatMap((text) =>
    [...embeddings.keys()].filter((name) => text.toLowerCase().includes(name.toLowerCase())),
  );
  const list = (names: readonly string[], hashes: ReadonlyMap<string, string>): InfotextValue => {
    const found = names.filter((name) => hashes.has(name)).map((name) => `${name}: ${hashes.get(name)}`);
    return found.length === 0 ? null : found.join(', ');
  };
  const steps = promptSteps(
    SAMPLERS.find(({ name }) => name === sampler)!,
    number(request['steps'], 50),
  );
  const isOld = [texts.prompt, texts.negative].some((text) => isOlderSchedule(text, { steps }));
  return [
    ['Lora hashes', list(tags, loras)],
    ['Old prompt editing timelines', option('use_old_scheduling') === true && isOld ? true : null],
    ['TI hashes', list(used, embeddings)],
  ];
}

function hashesOf(value: unknown): ReadonlyMap<string, string> {
  const pairs = (recorded(value) ?? '').split(', ').map((pair) => pair.split(': ') as [string, string]);
  return new Map(pairs.filter(([, hash]) => hash !== undefined));
}

interface Sampling {
  readonly prompt: string;
  readonly negative: string;
  readonly sampler: string;
  readonly option: Option;
}

/** Options whose value is written as it is when it is not the default, in the order in which sampling comes upon them. */
const PLAIN: readonly (readonly [option: string, parameter: string, initial: unknown])[] = [
  ['sd_vae_encode_method', 'VAE Encoder', 'Full'],
  ['sd_noise_schedule', 'Noise Schedule', 'Default'],
  ['use_downcasted_alpha_bar', 'Downcast alphas_cumprod', false],
  ['always_discard_next_to_last_sigma', 'Discard penultimate sigma', false],
  ['sigma_min', 'Schedule min sigma', 0],
  ['sigma_max', 'Schedule max sigma', 0],
];

function samplerExtras({ request }: WriteCase, { prompt, negative, sampler, option }: Sampling): readonly Extra[] {
  const known = SAMPLERS.find(({ name }) => name === sampler)!;
  const plain = (name: string, parameter: string, initial: unknown): readonly Extra[] => {
    const value = option(name);
    const same = value === undefined || (typeof initial === 'number' ? optional(value) === initial : value === initial);
    return same ? [] : [[parameter, value as InfotextValue]];
  };
  const extras: Extra[] = [];
  const emphasis = option('emphasis');
  if (typeof emphasis === 'string' && emphasis !== 'Original' && /[([]/.test(prompt + negative))
    extras.push(['Emphasis', emphasis]);
  for (const [name, parameter, initial] of PLAIN) extras.push(...plain(name, parameter, initial));
  const scheduler = SCHEDULERS.find(
    ({ label }) => label === scheduleOf(sampler, recorded(request['scheduler']) ?? 'Automatic'),
  );
  if (scheduler !== undefined && scheduler.defaultRho !== -1) extras.push(...plain('rho', 'Schedule rho', 0));
  extras.push(...plain('img2img_extra_noise', 'Extra noise', 0).filter(() => request['init_images'] !== undefined));
  extras.push(...plain('sgm_noise_multiplier', 'SGM noise multiplier', false));
  extras.push(...(known.family === 'timestep' ? plain('eta_ddim', 'Eta DDIM', 0) : plain('eta_ancestral', 'Eta', 1)));
  for (const [name, parameter, initial] of SIGMA_NAMES)
    if (known.parameters.includes(name)) extras.push(...plain(name, parameter, initial));
  extras.push(...plain('s_min_uncond', 'NGMS', 0));
  extras.push(...plain('s_min_uncond_all', 'NGMS all steps', false).filter(() => option('s_min_uncond') !== undefined));
  extras.push(...plain('skip_early_cond', 'Skip Early CFG', 0));
  if (chunks(prompt) !== chunks(negative)) {
    if (option('pad_cond_uncond_v0') === true) extras.push(['Pad conds v0', true]);
    else if (option('pad_cond_uncond') === true) extras.push(['Pad conds', true]);
  }
  extras.push(...plain('sd_vae_decode_method', 'VAE Decoder', 'Full'));
  return extras;
}

const SIGMA_NAMES = [
  ['s_churn', 'Sigma churn', 0],
  ['s_tmin', 'Sigma tmin', 0],
  ['s_tmax', 'Sigma tmax', 0],
  ['s_noise', 'Sigma noise', 1],
] as const;

function chunks(prompt: string): number {
  return chunkPrompt(parseNetworks([prompt]).texts[0] ?? '', clipTokenizer()).chunks.length;
}
