import { throwIfAborted, type Cancel } from '../errors/index.ts';
import type { Seed } from '../tensor/index.ts';
import { denoiser, type Denoised, type DenoiserOptions } from './denoiser.ts';
import type { Latent } from './latent.ts';
import { brownianNoise, type NoiseSource } from './noise/index.ts';
import { uniPcOptions, type InfoEntries } from './options.ts';
import type { SamplingPlan } from './plan.ts';
import type { SamplerNoise } from './samplers/index.ts';
import { startLatent } from './start.ts';

/** State of a run after a model call. */
export interface SamplingProgress {
  /** Model calls made. */
  readonly calls: number;
  /** Model calls planned. */
  readonly totalCalls: number;
  /** What the sampler asked: its x, [b, c, h, w], at a noise level or training step. */
  readonly x: Latent;
  readonly at: number;
  /** The answer, and the pictures behind it. */
  readonly denoised: Denoised;
}

export interface SamplingRun extends DenoiserOptions {
  /** Unit normals the run starts from, [b, c, h, w]. */
  readonly start: Latent;
  /** Latent of the picture it starts from, if the plan says so. */
  readonly picture?: Latent | undefined;
  readonly noise: SamplerNoise;
  /** Called after each model call. */
  readonly onCall?: ((progress: SamplingProgress) => void) | undefined;
  /** Stops with AbortedError before the next model call. */
  readonly cancel?: Cancel | undefined;
  /** Ends before the next model call with the picture that is there. */
  readonly interrupt?: Cancel | undefined;
}

export interface SamplingResult {
  /** [b, c, h, w]. */
  readonly latent: Latent;
  readonly calls: number;
  readonly interrupted: boolean;
  /** Entries of the plan and of what was left out on the way. */
  readonly infotext: InfoEntries;
}

/** Runs a plan. Throws AbortedError, RequestError for guidance that cannot be, and the network's own errors. */
export async function runSampling(run: SamplingRun): Promise<SamplingResult> {
  const { plan, onCall } = run;
  const network = denoiser(run);
  const x = startLatent(plan, run.start, run.picture);
  let last: Denoised | undefined;
  let interrupted = false;

  /** Undefined: the run was interrupted. */
  const ask = async (latent: Latent, at: number): Promise<Denoised | undefined> => {
    throwIfAborted(run.cancel);
    interrupted = run.interrupt?.aborted === true;
    if (interrupted) return undefined;
    const denoised = await network.ask(latent, at);
    last = denoised;
    onCall?.({ calls: network.calls, totalCalls: plan.totalCalls, x: latent, at, denoised });
    return denoised;
  };
  const latent = (await drive(plan, x, run.noise, ask)) ?? last?.promptPicture() ?? run.picture ?? x;
  return { latent, calls: network.calls, interrupted, infotext: { ...plan.infotext, ...network.infotext } };
}

/** Answers a sampler's questions until it returns; undefined if an answer stays out. */
async function drive(
  plan: SamplingPlan,
  x: Latent,
  noise: SamplerNoise,
  ask: (x: Latent, at: number) => Promise<Denoised | undefined>,
): Promise<Latent | undefined> {
  const { sampler, eta, options, parameters, schedule, table, values } = plan;
  if (values.length === 0) return x;
  if (sampler.family === 'timestep') {
    const unipc = uniPcOptions(options);
    const sampling = sampler.sample({ x, timesteps: values, schedule, fromImage: plan.fromImage, noise, eta, unipc });
    for (let next = sampling.next(); ;) {
      if (next.done === true) return next.value;
      const denoised = await ask(next.value.x, next.value.t);
      if (denoised === undefined) return undefined;
      next = sampling.next({ eps: denoised.answer, uncond: () => denoised.uncond() });
    }
  }
  const sampling = sampler.sample({
    x,
    sigmas: values,
    range: plan.fromImage ? { min: values.at(-2) ?? 0, max: values[0] ?? 0 } : { min: table.min, max: table.max },
    calls: plan.fromImage ? values.length - 1 : plan.steps,
    noise,
    eta,
    churn: parameters.s_churn,
    churnMin: parameters.s_tmin,
    churnMax: parameters.s_tmax,
    noiseScale: parameters.s_noise,
  });
  for (let next = sampling.next(); ;) {
    if (next.done === true) return next.value;
    const denoised = await ask(next.value.x, next.value.sigma);
    if (denoised === undefined) return undefined;
    next = sampling.next(denoised.answer);
  }
}

export interface SamplerNoiseOptions {
  readonly source: NoiseSource;
  /** Seeds of the images; the Brownian paths depend on them, not on variation seeds. */
  readonly seeds: readonly Seed[];
  /** Numbers in one image's latent. */
  readonly size: number;
}

/** The draws of a run: the images' streams go on, and Brownian paths cover the whole list of noise levels. */
export function samplerNoise(
  plan: SamplingPlan,
  images: { next(): Latent },
  { source, seeds, size }: SamplerNoiseOptions,
): SamplerNoise {
  if (plan.sampler.brownianNoise !== true) return { next: () => images.next(), between: () => images.next() };
  const sigmas = plan.allValues.filter((sigma) => sigma > 0);
  const paths = brownianNoise({ source, size, seeds, sigmaMin: Math.min(...sigmas), sigmaMax: Math.max(...sigmas) });
  return { next: () => images.next(), between: (from, to) => paths.between(from, to) };
}
