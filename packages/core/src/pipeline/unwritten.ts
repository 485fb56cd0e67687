import {
  findScheduler,
  SAMPLING_DEFAULTS,
  type Choice,
  type Sampler,
  type SamplerParameter,
} from '../diffusion/index.ts';
import { churnOf } from './churn.ts';
import type { Job } from './job.ts';
import type { LoadedModel } from './model.ts';
import { readOptions, type Options } from './options.ts';
import type { GenerateRequest } from './request.ts';

/** Settings that the webui's texts of pictures have no words for, and where they change something. */
interface Unwritten {
  readonly names: readonly (keyof Options)[];
  acts(job: Job, models: readonly LoadedModel[]): boolean;
}

const isImage = ({ request }: Job): boolean => request.kind === 'img2img';
const isSdxl = (_: Job, models: readonly LoadedModel[]): boolean =>
  models.some(({ networks }) => networks.conditioning.base.startsWith('SDXL'));

/** Longer prompts may be more than the 75 tokens that are encoded at once. */
const CHUNK = 75;

const UNWRITTEN: readonly Unwritten[] = [
  {
    names: ['uni_pc_variant', 'uni_pc_skip_type', 'uni_pc_order', 'uni_pc_lower_order_final'],
    acts: (job) => choices(job).some(({ sampler }) => sampler.name === 'UniPC'),
  },
  {
    names: ['use_old_karras_scheduler_sigmas'],
    acts: (job) => choices(job).some((choice) => hasSchedule(choice, job)),
  },
  { names: ['enable_quantization'], acts: (job) => choices(job).some(({ sampler }) => sampler.family === 'sigma') },
  { names: ['use_old_emphasis_implementation'], acts: (job) => textsOf(job).some((text) => /[()[\]]/.test(text)) },
  { names: ['enable_prompt_comments'], acts: (job) => textsOf(job).some((text) => text.includes('#')) },
  {
    names: ['comma_padding_backtrack'],
    acts: (job) => textsOf(job).some((text) => text.length > CHUNK && text.includes(',')),
  },
  {
    names: ['extra_networks_default_multiplier'],
    acts: (job) => textsOf(job).some((text) => /<\w+:[^:<>]*>/.test(text)),
  },
  { names: ['sdxl_crop_top', 'sdxl_crop_left'], acts: isSdxl },
  {
    names: ['sdxl_refiner_low_aesthetic_score', 'sdxl_refiner_high_aesthetic_score'],
    acts: (_, models) => models.some(({ networks }) => networks.conditioning.base === 'SDXL refiner'),
  },
  {
    names: ['sdxl_clip_l_skip'],
    acts: (job, models) => job.request.options.CLIP_stop_at_last_layers > 1 && isSdxl(job, models),
  },
  {
    names: ['img2img_fix_steps', 'img2img_color_correction', 'img2img_background_color', 'upscaler_for_img2img'],
    acts: isImage,
  },
  { names: ['overlay_inpaint'], acts: ({ request }) => request.kind === 'img2img' && request.mask !== undefined },
  { names: ['hires_fix_use_firstpass_conds'], acts: ({ hires }) => hires !== undefined },
  { names: ['cfg_rescale'], acts: () => true },
  { names: ['eta_noise_seed_delta'], acts: (job) => renewsNoise(job) && !tellsEnsd(job) },
];

/** As in the webui, texts tell these where the settings have them, but not where the request itself does. */
const CHURN = ['s_churn', 's_tmin', 's_tmax', 's_noise'] as const satisfies readonly SamplerParameter[];

/** What to tell of settings that change a picture, and that its text will not bring back. */
export function unwrittenNotes(job: Job, models: readonly LoadedModel[]): string[] {
  const { request } = job;
  const standard = readOptions({});
  const names: string[] = UNWRITTEN.filter((one) => one.acts(job, models)).flatMap((one) =>
    one.names.filter((name) => request.options[name] !== standard[name]),
  );
  for (const name of CHURN) {
    const isRead = choices(job).some(({ sampler }) => sampler.parameters.includes(name));
    const own = request[name] ?? SAMPLING_DEFAULTS[name];
    if (isRead && request.options[name] === SAMPLING_DEFAULTS[name] && own !== SAMPLING_DEFAULTS[name])
      names.push(name);
  }
  return names.map((name) => `The setting "${name}" is not written into pictures: give it again to draw one again.`);
}

/** Whether the text of a picture tells the delta of seeds: where the webui's does, and where noise is renewed because of a setting. */
export function tellsEnsd({ request, choice: { sampler } }: Pick<Job, 'request' | 'choice'>): boolean {
  const { options, eta } = request;
  if (options.eta_noise_seed_delta === 0) return false;
  if (sampler.usesEnsd === true) return (eta ?? options.eta_ancestral) !== 0;
  return churns(sampler, request);
}

function choices({ choice, hires }: Job): Choice[] {
  return hires === undefined ? [choice] : [choice, hires.choice];
}

function textsOf({ texts }: Job): string[] {
  return [texts.prompt, texts.negative, texts.hiresPrompt, texts.hiresNegative];
}

/** Whether a scheduler chooses the noise levels. */
function hasSchedule({ sampler, scheduler }: Choice, { context }: Job): boolean {
  if (sampler.family === 'timestep') return false;
  return (scheduler.sigmas ?? findScheduler(sampler.scheduler, context.schedulers).sigmas) !== undefined;
}

function renewsNoise(job: Job): boolean {
  const { request } = job;
  return choices(job).some(({ sampler }) => {
    const isSigma = sampler.family === 'sigma';
    const eta = request.eta ?? (isSigma ? request.options.eta_ancestral : request.options.eta_ddim);
    const byEta = (sampler.usesEnsd === true || !isSigma) && sampler.parameters.includes('eta') && eta !== 0;
    return byEta || churns(sampler, request) || sampler.name === 'LCM' || sampler.name === 'Restart';
  });
}

function churns(sampler: Sampler, request: GenerateRequest): boolean {
  return sampler.parameters.includes('s_churn') && churnOf(request) > 0;
}
