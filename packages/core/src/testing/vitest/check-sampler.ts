import { expect, test } from 'vitest';
import {
  brownianNoise,
  noiseSchedule,
  TRAINING_STEPS,
  type Latent,
  type Sampler,
  type SamplerNoise,
  type SigmaSampler,
  type TimestepSampler,
} from '../../diffusion/index.ts';
import { torchRandom } from '../../tensor/index.ts';

export interface SamplerContract {
  /** Order of convergence of the deterministic sampler: halving the steps multiplies the error by 2^order. */
  readonly order?: number;
  /** Steps whose error is compared with that of twice as many. */
  readonly steps?: number;
  /** Planned model calls for a number of steps, if the sampler makes its own steps. */
  readonly calls?: (steps: number) => number;
  /** Training step at which a timestep sampler ends, if not at the lowest of its list. */
  readonly endsAt?: number;
  /** Steps whose results, with all noise renewed, must be distributed like the data. */
  readonly renews?: number;
}

/** Data whose exact denoiser and flow are known: normal with this mean and this deviation in every place. */
const MEAN = 0.5;
const DEVIATION = 2;
const SIGMA = { max: 10, min: 0.5 } as const;
/** Training steps between which the timestep samplers are judged. */
const TIME = { max: 900, min: 100 } as const;
/** Measured orders lie a little below the true ones while steps are long. */
const ORDER_SLACK = 0.35;
const SAMPLES = 3000;

const SCHEDULE = noiseSchedule();

/** The contract of every sampler, on Gaussian data, where the exact answer is known. */
export function checkSampler(sampler: Sampler, contract: SamplerContract): void {
  const { order, steps = 12, calls = (n) => n, endsAt = TIME.min, renews } = contract;

  test('changes neither its input nor the answers, and repeats itself', () => {
    const x = startOf(sampler, 8);
    const before = x.slice();
    const first = run(sampler, { x, steps, calls: calls(steps), eta: 1, noise: seededNoise(x.length), frozen: true });
    expect(x).toEqual(before);
    const again = run(sampler, { x, steps, calls: calls(steps), eta: 1, noise: seededNoise(x.length) });
    expect(again.x).toEqual(first.x);
  });

  test('asks nothing about an empty list', () => {
    const x = startOf(sampler, 8);
    if (sampler.family === 'timestep' || calls(steps) !== steps || order === undefined) return;
    const sampling = sampler.sample(sigmaInput({ x, steps: 0, calls: 0, eta: 0, noise: silence(x.length) }));
    expect(sampling.next()).toEqual({ done: true, value: x });
  });

  test('ends when the answers are no numbers', () => {
    const x = startOf(sampler, 8);
    const options = { x, steps, calls: calls(steps), eta: 1, noise: seededNoise(x.length) };
    expect(run(sampler, { ...options, broken: true }).x.every(Number.isNaN)).toBe(true);
  });

  if (order !== undefined) {
    test(`is of order ${order}`, () => {
      const x = startOf(sampler, 8);
      const errors = [steps, 2 * steps].map((n) => {
        const result = run(sampler, { x, steps: n, calls: calls(n), eta: 0, noise: silence(x.length) });
        const exact = flow(sampler, x, endsAt);
        return Math.max(...result.x.map((value, i) => Math.abs(value - exact[i]!)));
      });
      expect(Math.log2(errors[0]! / errors[1]!)).toBeGreaterThan(order - ORDER_SLACK);
      expect(errors[1]).toBeLessThan(0.5);
    });
  }

  if (renews !== undefined) {
    test('with renewed noise the results are distributed like the data', () => {
      const x = startOf(sampler, SAMPLES);
      const result = run(sampler, { x, steps: renews, calls: calls(renews), eta: 1, noise: seededNoise(SAMPLES) });
      const { mean, variance } = endOf(sampler, endsAt);
      const found = result.x.reduce((sum, value) => sum + value, 0) / SAMPLES;
      const spread = result.x.reduce((sum, value) => sum + (value - found) ** 2, 0) / SAMPLES;
      expect(Math.abs(found - mean)).toBeLessThan(0.06 * Math.sqrt(variance));
      expect(Math.abs(spread / variance - 1)).toBeLessThan(0.12);
    });
  }
}

interface Run {
  readonly x: Latent;
  readonly steps: number;
  readonly calls: number;
  readonly eta: number;
  readonly noise: SamplerNoise;
  /** Checks that answers stay as they were given. */
  readonly frozen?: boolean;
  /** Every answer is NaN. */
  readonly broken?: boolean;
}

/** Runs a sampler with the exact denoiser of the data. */
function run(sampler: Sampler, options: Run): { readonly x: Latent; readonly calls: number } {
  const given: { readonly answer: Latent; readonly copy: Latent }[] = [];
  const keep = (answer: Latent): Latent => {
    if (options.broken === true) answer.fill(NaN);
    given.push({ answer, copy: answer.slice() });
    return answer;
  };
  const x = sampler.family === 'sigma' ? runSigma(sampler, options, keep) : runTimestep(sampler, options, keep);
  if (options.frozen === true) for (const { answer, copy } of given) expect(answer).toEqual(copy);
  return { x, calls: given.length };
}

function runSigma(sampler: SigmaSampler, options: Run, keep: (answer: Latent) => Latent): Latent {
  const sampling = sampler.sample(sigmaInput(options));
  for (let next = sampling.next(); ;) {
    if (next.done === true) return next.value;
    const { x, sigma } = next.value;
    const share = DEVIATION ** 2 / (DEVIATION ** 2 + sigma ** 2);
    next = sampling.next(keep(x.map((value) => MEAN + share * (value - MEAN))));
  }
}

/** Sigmas evenly spaced in ln σ, the last above 0. */
function sigmaInput({ x, steps, calls, eta, noise }: Run): Parameters<SigmaSampler['sample']>[0] {
  return {
    x,
    sigmas: Array.from({ length: steps + 1 }, (_, i) => SIGMA.max * (SIGMA.min / SIGMA.max) ** (i / (steps || 1))),
    range: SIGMA,
    calls,
    noise,
    eta,
    churn: 0,
    churnMin: 0,
    churnMax: Infinity,
    noiseScale: 1,
  };
}

function runTimestep(sampler: TimestepSampler, options: Run, keep: (answer: Latent) => Latent): Latent {
  const { x, steps, eta, noise } = options;
  const span = TIME.max - TIME.min;
  const sampling = sampler.sample({
    x,
    timesteps: Array.from({ length: steps + 1 }, (_, i) => Math.round(TIME.min + (span * i) / steps)),
    schedule: SCHEDULE,
    fromImage: true,
    noise,
    eta,
    unipc: { variant: 'bh1', skipType: 'logSNR', order: 3, lowerOrderFinal: true },
  });
  for (let next = sampling.next(); ;) {
    if (next.done === true) return next.value;
    const { x: at, t } = next.value;
    const alpha = alphaAt(t);
    const factor = Math.sqrt(1 - alpha) / variance(alpha);
    const eps = keep(at.map((value) => factor * (value - Math.sqrt(alpha) * MEAN)));
    next = sampling.next({ eps, uncond: () => eps });
  }
}

/** ᾱ at a training step with a fraction: ln ᾱ is linear between two. */
function alphaAt(t: number): number {
  const low = Math.min(Math.max(Math.floor(t), 0), TRAINING_STEPS - 2);
  const [a, b] = [Math.log(SCHEDULE.alphas[low]!), Math.log(SCHEDULE.alphas[low + 1]!)];
  return Math.exp(a + (t - low) * (b - a));
}

/** Variance of √ᾱ·x₀ + √(1−ᾱ)·n. */
function variance(alpha: number): number {
  return alpha * DEVIATION ** 2 + 1 - alpha;
}

/** Draws of the distribution a run starts from. */
function startOf(sampler: Sampler, n: number): Latent {
  const alpha = alphaAt(TIME.max);
  const [mean, deviation] =
    sampler.family === 'sigma'
      ? [MEAN, Math.sqrt(DEVIATION ** 2 + SIGMA.max ** 2)]
      : [Math.sqrt(alpha) * MEAN, Math.sqrt(variance(alpha))];
  return torchRandom(5)
    .normal(n)
    .map((normal) => mean + deviation * normal);
}

/** Mean and variance that a run ends with. */
function endOf(sampler: Sampler, t: number): { readonly mean: number; readonly variance: number } {
  if (sampler.family === 'sigma') return { mean: MEAN, variance: DEVIATION ** 2 + SIGMA.min ** 2 };
  const alpha = alphaAt(t);
  return { mean: Math.sqrt(alpha) * MEAN, variance: variance(alpha) };
}

/** The exact end of the probability-flow ODE: deviations from the mean shrink with the standard deviation. */
function flow(sampler: Sampler, x: Latent, t: number): Latent {
  const end = endOf(sampler, t);
  const alpha = alphaAt(TIME.max);
  const start =
    sampler.family === 'sigma'
      ? { mean: MEAN, variance: DEVIATION ** 2 + SIGMA.max ** 2 }
      : { mean: Math.sqrt(alpha) * MEAN, variance: variance(alpha) };
  const shrink = Math.sqrt(end.variance / start.variance);
  return x.map((value) => end.mean + shrink * (value - start.mean));
}

/** No noise at all. */
function silence(size: number): SamplerNoise {
  return { next: () => new Float32Array(size), between: () => new Float32Array(size) };
}

function seededNoise(size: number): SamplerNoise {
  const random = torchRandom(7);
  const path = brownianNoise({ source: 'CPU', size, seeds: [8], sigmaMin: SIGMA.min, sigmaMax: SIGMA.max });
  return { next: () => random.normal(size), between: (from, to) => path.between(from, to) };
}
