import { RequestError } from '../errors/index.ts';
import { imageSteps, type ImageStart } from './img2img.ts';
import { lincomb, type Latent } from './latent.ts';
import { SAMPLING_DEFAULTS, type InfoEntries, type SamplingOptions } from './options.ts';
import { planSigmas, planTimesteps } from './plan-sigmas.ts';
import type { Sampler, SamplerParameter } from './samplers/index.ts';
import { SKIP_TYPES } from './samplers/unipc-time.ts';
import { VARIANTS } from './samplers/unipc-weights.ts';
import { noiseSchedule, noiseShare, pictureShare, type NoiseSchedule } from './schedule.ts';
import { lcmTable, sigmaTable, type SigmaTable } from './sigma-table.ts';
import { findScheduler, type Scheduler } from './sigmas/index.ts';

/** Values of one request; each gives way to an option of the same name that is not at its default. */
export type SamplingRequest = Partial<Pick<SamplingOptions, 's_churn' | 's_tmin' | 's_tmax' | 's_noise'>> & {
  readonly eta?: number | undefined;
};

export interface PlanInput {
  readonly sampler: Sampler;
  /** Automatic by default. */
  readonly scheduler?: Scheduler;
  /** Steps asked for, 1 or more. */
  readonly steps: number;
  /** The checkpoint's own ᾱ table, if it has one. */
  readonly alphas?: Float32Array | undefined;
  /** The model has the topology of SDXL. */
  readonly sdxl?: boolean;
  readonly options?: Partial<SamplingOptions>;
  readonly request?: SamplingRequest;
  /** Starts from a picture; `fixedSteps` beside the option of that meaning is for second passes. */
  readonly image?: { readonly strength: number; readonly fixedSteps?: boolean } | undefined;
}

/** Everything about a run that does not depend on the network or the noise. */
export interface SamplingPlan {
  readonly sampler: Sampler;
  readonly options: SamplingOptions;
  readonly schedule: NoiseSchedule;
  readonly table: SigmaTable;
  /** Noise levels (descending) or training steps (ascending) that are run. */
  readonly values: readonly number[];
  /** The same for a whole run; longer if it starts from a picture. */
  readonly allValues: readonly number[];
  /** Starts from a picture. */
  readonly fromImage: boolean;
  /** Steps as a progress bar counts them. */
  readonly steps: number;
  /** Model calls as the webui reckons with: `steps`, or twice as many. Adaptive samplers may differ. */
  readonly totalCalls: number;
  readonly eta: number;
  readonly parameters: Readonly<Record<Exclude<SamplerParameter, 'eta'>, number>>;
  readonly infotext: InfoEntries;
}

/** Plans a run. Throws RequestError for steps or options that the sampler cannot run. */
export function planSampling(input: PlanInput): SamplingPlan {
  const { sampler, request = {} } = input;
  const options: SamplingOptions = { ...SAMPLING_DEFAULTS, ...input.options };
  const zeroTerminalSnr = options.sd_noise_schedule === 'Zero Terminal SNR';
  const schedule = noiseSchedule({
    alphas: input.alphas,
    downcast: options.use_downcasted_alpha_bar,
    zeroTerminalSnr,
  });
  const isSigma = sampler.family === 'sigma';
  const table =
    isSigma && sampler.consistency === true
      ? lcmTable(schedule)
      : sigmaTable(schedule, { quantize: options.enable_quantization });

  const image = input.image && {
    strength: input.image.strength,
    fixedSteps: input.image.fixedSteps === true || options.img2img_fix_steps,
  };
  const { planned, encoded } = image ? stepsOf(input.steps, image) : { planned: input.steps, encoded: undefined };
  // A strength of 0 with all steps asked for leaves the picture as it is.
  const spacing =
    image !== undefined && planned === 0
      ? { values: [], infotext: {} }
      : (isSigma ? planSigmas : planTimesteps)({
          sampler,
          scheduler: input.scheduler ?? findScheduler('automatic'),
          steps: planned,
          table,
          options,
          sdxl: input.sdxl ?? false,
        });
  const all = spacing.values;
  const first = isSigma && encoded !== undefined ? Math.max(planned - encoded - 1, 0) : 0;
  const values = isSigma ? all.slice(first) : all.slice(0, encoded);
  if (sampler.name === 'UniPC' && planned > 0) checkUniPc(options, values.length);

  const steps = encoded === undefined ? input.steps : encoded + 1;
  const read = (name: SamplerParameter): boolean => sampler.parameters.includes(name);
  const etaDefault = isSigma ? 1 : 0;
  const eta = request.eta ?? (isSigma ? options.eta_ancestral : options.eta_ddim);
  const own = (name: Exclude<SamplerParameter, 'eta'>): number => {
    const standard = SAMPLING_DEFAULTS[name];
    if (!read(name)) return standard;
    return options[name] !== standard ? options[name] : (request[name] ?? standard);
  };
  const told = (name: Exclude<SamplerParameter, 'eta'>, label: string): InfoEntries =>
    read(name) && options[name] !== SAMPLING_DEFAULTS[name] ? { [label]: options[name] } : {};
  return {
    sampler,
    options,
    schedule,
    table,
    values,
    allValues: all,
    fromImage: image !== undefined,
    steps,
    totalCalls: steps * (sampler.secondOrder === true ? 2 : 1),
    eta,
    parameters: {
      s_churn: own('s_churn'),
      s_tmin: own('s_tmin'),
      s_tmax: own('s_tmax') || Infinity,
      s_noise: own('s_noise'),
    },
    infotext: {
      ...(options.use_downcasted_alpha_bar ? { 'Downcast alphas_cumprod': true } : {}),
      ...(zeroTerminalSnr ? { 'Noise Schedule': options.sd_noise_schedule } : {}),
      ...spacing.infotext,
      ...(isSigma && options.sgm_noise_multiplier && !image ? { 'SGM noise multiplier': true } : {}),
      ...(image && options.img2img_extra_noise > 0 ? { 'Extra noise': options.img2img_extra_noise } : {}),
      ...(read('eta') && eta !== etaDefault ? { [isSigma ? 'Eta' : 'Eta DDIM']: eta } : {}),
      ...told('s_churn', 'Sigma churn'),
      ...told('s_tmin', 'Sigma tmin'),
      ...told('s_tmax', 'Sigma tmax'),
      ...told('s_noise', 'Sigma noise'),
    },
  };
}

/** Model calls that a prompt schedule of so many steps is spread over. */
export function promptSteps(sampler: Sampler, steps: number): number {
  return sampler.secondOrder === true ? 2 * steps : steps;
}

function stepsOf(steps: number, image: ImageStart): { readonly planned: number; readonly encoded: number } {
  if (!(image.strength >= 0 && image.strength <= 1)) {
    throw new RequestError('denoising_strength', `${image.strength} is not between 0 and 1`, {
      hint: 'Give a denoising strength from 0 to 1.',
    });
  }
  return imageSteps(steps, image);
}

function checkUniPc(options: SamplingOptions, steps: number): void {
  const hint = 'Use one of the values that the options list.';
  if (!VARIANTS.includes(options.uni_pc_variant))
    throw new RequestError('uni_pc_variant', `UniPC has no variant ${options.uni_pc_variant}`, { hint });
  if (!SKIP_TYPES.includes(options.uni_pc_skip_type))
    throw new RequestError('uni_pc_skip_type', `UniPC has no skip type ${options.uni_pc_skip_type}`, { hint });
  if (!Number.isInteger(options.uni_pc_order) || options.uni_pc_order < 1 || options.uni_pc_order > steps) {
    throw new RequestError('uni_pc_order', `UniPC of order ${options.uni_pc_order} cannot run ${steps} steps`, {
      hint: 'Ask for more steps, or for a lower UniPC order.',
    });
  }
}

/** The x a run starts with: noise alone, or a picture's latent with noise. */
export function startLatent(plan: SamplingPlan, noise: Latent, picture?: Latent): Latent {
  const first = plan.values[0] ?? 0;
  if (picture === undefined) {
    if (plan.sampler.family === 'timestep') return noise;
    const scale = plan.options.sgm_noise_multiplier ? Math.sqrt(1 + first ** 2) : first;
    return noise.map((value) => value * scale);
  }
  const extra = plan.options.img2img_extra_noise;
  // One training step above the first that is run: the webui's list ends there.
  const t = plan.allValues[plan.values.length];
  if (plan.sampler.family === 'sigma' || t === undefined) return lincomb(1, picture, first + extra, noise);
  const keep = pictureShare(plan.schedule, t);
  return lincomb(keep, picture, noiseShare(plan.schedule, t) + extra * keep, noise);
}
