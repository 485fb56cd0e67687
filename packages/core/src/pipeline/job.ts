import { chooseSampler, planSampling, type Choice, type NoiseSource, type SamplingPlan } from '../diffusion/index.ts';
import type { Seed } from '../tensor/index.ts';
import type { GenerateHooks, PipelineContext } from './context.ts';
import { openExtras, type Extras } from './extras.ts';
import { planHires, type HiresPlan } from './hires.ts';
import type { LoadedModel, ModelWish } from './model.ts';
import { processRandom, type ProcessRandom } from './process-random.ts';
import { requestTexts, type RequestTexts } from './prompts.ts';
import type { GenerateRequest } from './request.ts';

/** A request being carried out: what all its pictures share. */
export interface Job {
  readonly request: GenerateRequest;
  readonly context: PipelineContext;
  readonly hooks: GenerateHooks;
  readonly texts: RequestTexts;
  readonly extras: Extras;
  readonly choice: Choice;
  readonly hires: HiresPlan | undefined;
  readonly source: NoiseSource;
  /** Of the first picture, once −1 is drawn. */
  readonly seed: bigint;
  readonly subseed: bigint;
  readonly random: ProcessRandom;
  /** The request's checkpoint, or another by name. */
  open(checkpoint?: string): Promise<LoadedModel>;
}

/**
 * Makes a job of a request, checks all that can be checked before a model is loaded, and opens what its prompts name. Throws RequestError,
 * and the errors of opening networks.
 */
export async function createJob(
  request: GenerateRequest,
  context: PipelineContext,
  hooks: GenerateHooks,
): Promise<Job> {
  const { options } = request;
  const choice = chooseSampler(request.sampler_name ?? request.sampler_index, request.scheduler ?? undefined, context);
  const hires = request.kind === 'txt2img' && request.enable_hr ? planHires(request, choice, context) : undefined;
  const source = options.randn_source === 'CPU' ? 'CPU' : 'NV';
  const seed = request.seed === -1n ? context.randomSeed() : request.seed;
  const job: Omit<Job, 'extras'> = {
    request,
    context,
    hooks,
    texts: requestTexts(request, context),
    choice,
    hires,
    source,
    seed,
    subseed: request.subseed === -1n ? context.randomSeed() : request.subseed,
    random: processRandom(seed, source),
    open: (checkpoint) => context.models.open(wishOf(request, checkpoint)),
  };
  planPass(job, {
    choice,
    steps: request.steps,
    strength: request.kind === 'img2img' ? (request.denoising_strength ?? 0) : undefined,
  });
  if (hires)
    planPass(job, {
      choice: hires.choice,
      steps: hires.steps,
      strength: request.denoising_strength ?? 0,
      second: true,
    });
  return { ...job, extras: await openExtras(request, job.texts, context) };
}

/** The model that a request draws with, or another checkpoint of it. */
export function wishOf(request: GenerateRequest, checkpoint: string = request.options.sd_model_checkpoint): ModelWish {
  const { sd_model_checkpoint: own, sd_vae: vae, prediction } = request.options;
  // What a user says of the checkpoint is not said of a refiner or of a second one.
  const said = checkpoint === own && prediction !== 'Automatic' ? prediction : undefined;
  return { checkpoint, vae, tiling: tiles(request), prediction: said };
}

/**
 * Whether convolutions continue at the opposite edge. The field `tiling` of an image-to-image request only shows in the infotext:
 * so the webui's recorded pictures have it (docs/decisions/tiling.md). The setting of that name acts everywhere.
 */
export function tiles(request: GenerateRequest): boolean {
  return request.options.tiling || (request.kind === 'txt2img' && request.tiling);
}

export interface PassWish {
  readonly choice: Choice;
  readonly steps: number;
  /** Starts from a picture, changed so much. */
  readonly strength?: number | undefined;
  readonly second?: boolean;
}

/** The sampling plan of a pass; with a model, for its own noise schedule. Throws RequestError. */
export function planPass(
  { request, context }: Pick<Job, 'request' | 'context'>,
  wish: PassWish,
  model?: LoadedModel,
): SamplingPlan {
  const { options } = request;
  const optional = (value: number | null): number | undefined => value ?? undefined;
  return planSampling({
    sampler: wish.choice.sampler,
    scheduler: wish.choice.scheduler,
    schedulers: context.schedulers,
    steps: wish.steps,
    alphas: model?.alphas,
    sdxl: model?.networks.conditioning.latents === 'sdxl',
    options: {
      ...options,
      s_min_uncond: request.s_min_uncond ?? options.s_min_uncond,
      ...(model?.zeroTerminal === true ? { sd_noise_schedule: 'Zero Terminal SNR' as const } : {}),
    },
    request: definedOnly({
      eta: optional(request.eta),
      s_churn: optional(request.s_churn),
      s_tmin: optional(request.s_tmin),
      s_tmax: optional(request.s_tmax),
      s_noise: optional(request.s_noise),
    }),
    image: wish.strength === undefined ? undefined : { strength: wish.strength, fixedSteps: wish.second === true },
  });
}

function definedOnly<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

/** Seeds of the pictures of one batch. With a variation all pictures share the seed and vary the variation's. */
export function batchSeeds(
  job: Job,
  first: number,
  count: number,
): { readonly seeds: Seed[]; readonly subseeds: Seed[] } {
  const index = Array.from({ length: count }, (_, i) => BigInt(first + i));
  const varied = job.request.subseed_strength !== 0;
  return {
    seeds: index.map((i) => (varied ? job.seed : job.seed + i)),
    subseeds: index.map((i) => job.subseed + i),
  };
}
