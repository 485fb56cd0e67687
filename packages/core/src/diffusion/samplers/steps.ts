/** The small steps that samplers share. */
import { f32 } from '../float32.ts';
import { lincomb, type Latent } from '../latent.ts';
import type { SigmaInput, SigmaQuestion } from './sampler.ts';

/** The neighbours of a list: place, one, next. */
export function* pairs(values: readonly number[]): Generator<readonly [i: number, from: number, to: number]> {
  for (let i = 0; i + 1 < values.length; i++) yield [i, values[i]!, values[i + 1]!];
}

/** dx/dσ of the probability-flow ODE: (x − D)/σ. */
export function slope({ x, sigma }: SigmaQuestion, denoised: Latent): Latent {
  const out = new Float32Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = f32(x[i]! - denoised[i]!) / sigma;
  return out;
}

/** Euler's step to another sigma along the slope: x + (to − σ)·(x − D)/σ. */
export function eulerStep(at: SigmaQuestion, denoised: Latent, to: number): Latent {
  return lincomb(1, at.x, f32(f32(to) - f32(at.sigma)), slope(at, denoised));
}

/**
 * The same step in t = −ln σ, exact for a constant D: x·to/σ + (1 − to/σ)·D. At the noise of a zero-terminal schedule the two forms
 * differ in the third decimal, so each sampler has the one that its source has.
 */
export function exponentialStep({ x, sigma }: SigmaQuestion, denoised: Latent, to: number): Latent {
  return lincomb(to / sigma, x, 1 - to / sigma, denoised);
}

/**
 * Splits a step into a deterministic part down to `down` and fresh noise of deviation `up`: a posterior of deviation
 * η·√(to²(from² − to²)/from²). In float32, as its small difference of squares is in k-diffusion.
 */
export function ancestral(from: number, to: number, eta: number): { readonly down: number; readonly up: number } {
  if (eta === 0) return { down: to, up: 0 };
  const [from2, to2] = [f32(from ** 2), f32(to ** 2)];
  const up = Math.min(to, f32(eta * f32(Math.sqrt(f32(f32(to2 * f32(from2 - to2)) / from2)))));
  return { down: f32(Math.sqrt(f32(to2 - f32(up ** 2)))), up };
}

/** Raises the noise level of step `i` a little before it is taken: Karras et al. 2022, Algorithm 2. */
export function churn(x: Latent, i: number, input: SigmaInput): SigmaQuestion {
  const sigma = input.sigmas[i]!;
  // Drawn whether or not it is used: the next draws depend on it.
  const noise = input.noise.next();
  const inside = input.churnMin <= sigma && sigma <= input.churnMax;
  const gamma = inside ? Math.min(input.churn / (input.sigmas.length - 1), Math.SQRT2 - 1) : 0;
  if (gamma === 0) return { x, sigma };
  const raised = sigma * (1 + gamma);
  return { x: lincomb(1, x, input.noiseScale * Math.sqrt(raised ** 2 - sigma ** 2), noise), sigma: raised };
}

/** The sigma half way between two along ln σ. */
export function middle(a: number, b: number): number {
  return Math.exp((Math.log(a) + Math.log(b)) / 2);
}
