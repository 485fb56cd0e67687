/**
 * DPM-Solver (Lu et al. 2022) in t = −ln σ with noise predictions ε = (x − D)/σ. Scalars are rounded to float32 where
 * k-diffusion's are: DPM adaptive chooses its steps by differences that are mostly such rounding.
 */
import { exp32, expm132, f32, log32 } from '../float32.ts';
import { lincomb, type Latent } from '../latent.ts';
import type { SigmaQuestion } from './sampler.ts';
import { ancestral, slope } from './steps.ts';

/** A step of the solver from t to `to`, whose ε at the start is known. */
export interface DpmStep {
  readonly x: Latent;
  readonly t: number;
  readonly to: number;
  readonly eps: Latent;
}

/** ε of x at t: one model call. */
export function* noiseAt(x: Latent, t: number): Generator<SigmaQuestion, Latent, Latent> {
  const question = { x, sigma: exp32(-t) };
  return slope(question, yield question);
}

/** DPM-Solver-1: x − σ(to)·(e^h − 1)·ε. `h`: to − t, if it is known better than by their difference. */
export function firstOrder({ x, t, to, eps }: DpmStep, h: number = f32(to - t)): Latent {
  return lincomb(1, x, -f32(exp32(-to) * expm132(h)), eps);
}

/** ε at the share r of the way, reached by a first-order step. */
export function* noiseWithin(step: DpmStep, r: number): Generator<SigmaQuestion, Latent, Latent> {
  const to = within(step, r);
  const h = f32(f32(r) * f32(step.to - step.t));
  return yield* noiseAt(firstOrder({ ...step, to }, h), to);
}

/** DPM-Solver-2 with ε₁ at the share r of the way: x − σ(e^h − 1)·ε − σ/(2r)·(e^h − 1)·(ε₁ − ε). */
export function secondOrder({ x, t, to, eps }: DpmStep, r: number, eps1: Latent): Latent {
  const sigma = exp32(-to);
  const gain = expm132(f32(to - t));
  return lincomb(1, x, -f32(sigma * gain), eps, -f32(f32(sigma / f32(2 * r)) * gain), lincomb(1, eps1, -1, eps));
}

/** DPM-Solver-3 with ε₁ at a third of the way; asks once more, at two thirds. */
export function* thirdOrder(step: DpmStep, eps1: Latent): Generator<SigmaQuestion, Latent, Latent> {
  const { x, t, to, eps } = step;
  // x − σ(e^h − 1)·ε − σ/share·((e^h − 1)/h − 1)·(other − ε)
  const move = (end: number, h: number, share: number, other: Latent): Latent => {
    const sigma = exp32(-end);
    const gain = expm132(h);
    const bend = f32(f32(sigma / f32(share)) * f32(f32(gain / h) - 1));
    return lincomb(1, x, -f32(sigma * gain), eps, -bend, lincomb(1, other, -1, eps));
  };
  const h = f32(to - t);
  const twoThirds = within(step, 2 / 3);
  const eps2 = yield* noiseAt(move(twoThirds, f32(f32(2 / 3) * h), 1 / 2, eps1), twoThirds);
  return move(to, h, 2 / 3, eps2);
}

function within({ t, to }: DpmStep, share: number): number {
  return f32(t + f32(f32(share) * f32(to - t)));
}

/** Where an ancestral step stops before noise of deviation `up` takes it back to the noise level of `to`. */
export function stopBefore(
  step: { readonly t: number; readonly to: number },
  end: number,
  eta: number,
): { readonly stop: number; readonly up: number } {
  if (eta === 0) return { stop: step.to, up: 0 };
  const level = exp32(-step.to);
  const stop = Math.min(end, -log32(ancestral(exp32(-step.t), level, eta).down));
  return { stop, up: Math.sqrt(Math.max(f32(level ** 2) - f32(exp32(-stop) ** 2), 0)) };
}
