import type { Latent } from '../latent.ts';
import type { NoiseSchedule } from '../schedule.ts';

/** Draws for a sampler, [b, c, h, w] unit normals. */
export interface SamplerNoise {
  /** The next draw of each image's own stream. */
  next(): Latent;
  /** The increment of each image's Brownian path from one sigma to the other. */
  between(from: number, to: number): Latent;
}

/** "What is x, denoised, if it holds noise of deviation sigma?" */
export interface SigmaQuestion {
  readonly x: Latent;
  readonly sigma: number;
}

/** A run of a sampler over noise levels: asks for denoised latents, returns the last x. */
export type SigmaSampling = Generator<SigmaQuestion, Latent, Latent>;

export interface SigmaInput {
  /** Start: picture plus noise of deviation `sigmas[0]`. */
  readonly x: Latent;
  /** Descending, mostly ending in 0. */
  readonly sigmas: readonly number[];
  /** Ends for the samplers that make their own steps; both above 0. */
  readonly range: { readonly min: number; readonly max: number };
  /** Model calls for the samplers that make their own steps. */
  readonly calls: number;
  readonly noise: SamplerNoise;
  /** Share of the noise that each step renews: 0 is deterministic. */
  readonly eta: number;
  /** Stochasticity of Karras et al. 2022, Algorithm 2. */
  readonly churn: number;
  readonly churnMin: number;
  readonly churnMax: number;
  /** Factor on the noise that is put in. */
  readonly noiseScale: number;
}

/** "What is the noise in x at training step t?" */
export interface TimestepQuestion {
  readonly x: Latent;
  /** May have a fraction. */
  readonly t: number;
}

export interface TimestepAnswer {
  /** Guided noise prediction. */
  readonly eps: Latent;
  /** Noise prediction without the prompt. Made when asked for. */
  uncond(): Latent;
}

/** A run of a sampler over training steps: asks for noise predictions, returns the last x. */
export type TimestepSampling = Generator<TimestepQuestion, Latent, TimestepAnswer>;

export interface TimestepInput {
  /** Start, of variance 1. */
  readonly x: Latent;
  /** Ascending; run from the end. */
  readonly timesteps: readonly number[];
  readonly schedule: NoiseSchedule;
  /** The start was made from a picture. */
  readonly fromImage: boolean;
  readonly noise: SamplerNoise;
  /** 0 is deterministic, 1 as much noise as DDPM. */
  readonly eta: number;
  readonly unipc: UniPcOptions;
}

/** The settings of UniPC, in the webui's words. */
export interface UniPcOptions {
  readonly variant: string;
  readonly skipType: string;
  readonly order: number;
  readonly lowerOrderFinal: boolean;
}

/** Settings that only some samplers read. */
export type SamplerParameter = 'eta' | 's_churn' | 's_tmin' | 's_tmax' | 's_noise';

interface SamplerFacts {
  /** As in requests and infotexts. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** Name of the scheduler that "Automatic" means; without one, evenly spaced times. */
  readonly scheduler?: string;
  /** Plans one step more and leaves out the last but one sigma. */
  readonly discardNextToLastSigma?: true;
  /** ENSD changes its pictures. */
  readonly usesEnsd?: true;
  /** Two calls a step, as prompt schedules count. */
  readonly secondOrder?: true;
  /** Draws from `SamplerNoise.between`. */
  readonly brownianNoise?: true;
  readonly solverType?: 'heun';
  /** The settings it reads. */
  readonly parameters: readonly SamplerParameter[];
}

/** A sampler over noise levels σ, after k-diffusion. */
export interface SigmaSampler extends SamplerFacts {
  readonly family: 'sigma';
  /** Has its own table and makes its own of the denoised latent: latent consistency models. */
  readonly consistency?: true;
  sample(input: SigmaInput): SigmaSampling;
}

/** A sampler over training steps t, after CompVis. */
export interface TimestepSampler extends SamplerFacts {
  readonly family: 'timestep';
  /** Factor on the guidance scale. */
  readonly guidanceFactor?: number;
  /** Throws RequestError for settings, or a number of entries, that it cannot run. */
  readonly check?: (options: UniPcOptions, entries: number) => void;
  sample(input: TimestepInput): TimestepSampling;
}

export type Sampler = SigmaSampler | TimestepSampler;
