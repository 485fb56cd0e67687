import { RequestError } from '../errors/index.ts';
import { imageSteps, type ImageStart } from './img2img.ts';
import { SAMPLING_DEFAULTS, uniPcOptions, type InfoEntries, type SamplingOptions } from './options.ts';
import { planSigmas, planTimesteps } from './plan-sigmas.ts';
import type { Sampler } from './samplers/index.ts';
import { noiseSchedule, type NoiseSchedule } from './schedule.ts';
import { readSettings, type SamplerSettings, type SamplingRequest } from './settings.ts';
import { lcmTable, sigmaTable, type SigmaTable } from './sigma-table.ts';
import { findScheduler, type Scheduler } from './sigmas/index.ts';

export interface PlanInput {
  readonly sampler: Sampler;
  /** Automatic by default. */
  readonly scheduler?: Scheduler;
  /** Where the sampler's own scheduler is looked up; the webui's by default. */
  readonly schedulers?: readonly Scheduler[] | undefined;
  /** Steps asked for, 1 or more. */
  readonly steps: number;
  /** The checkpoint's own ᾱ table, if it has one. */
  readonly alphas?: Float32Array | undefined;
  /** The model has the topology of SDXL. */
  readonly sdxl?: boolean | undefined;
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
  readonly parameters: SamplerSettings['parameters'];
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
          schedulers: input.schedulers,
          steps: planned,
          table,
          options,
          sdxl: input.sdxl ?? false,
        });
  const all = spacing.values;
  const first = isSigma && encoded !== undefined ? Math.max(planned - encoded - 1, 0) : 0;
  const values = isSigma ? all.slice(first) : all.slice(0, encoded);
  if (!isSigma && planned > 0) sampler.check?.(uniPcOptions(options), values.length);

  const steps = encoded === undefined ? input.steps : encoded + 1;
  const settings = readSettings(sampler, options, request);
  return {
    sampler,
    options,
    schedule,
    table,
    values,
    allValues: all,
    fromImage: image !== undefined,
    steps,
    totalCalls: promptSteps(sampler, steps),
    eta: settings.eta,
    parameters: settings.parameters,
    infotext: {
      ...(options.use_downcasted_alpha_bar ? { 'Downcast alphas_cumprod': true } : {}),
      ...(zeroTerminalSnr ? { 'Noise Schedule': options.sd_noise_schedule } : {}),
      ...spacing.infotext,
      ...(isSigma && options.sgm_noise_multiplier && !image ? { 'SGM noise multiplier': true } : {}),
      ...(image && options.img2img_extra_noise > 0 ? { 'Extra noise': options.img2img_extra_noise } : {}),
      ...settings.infotext,
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
