import { lincomb, type Latent } from '../latent.ts';
import { noiseShare, type NoiseSchedule } from '../schedule.ts';
import type { TimestepAnswer, TimestepInput, TimestepSampler, TimestepSampling } from './sampler.ts';

export interface DdimStep {
  readonly x: Latent;
  /** Training steps of x and of the result. */
  readonly t: number;
  readonly to: number;
  /** The noise that is taken out. */
  readonly eps: Latent;
  /** The noise that is put back; mostly the same. */
  readonly direction?: Latent;
  /** Deviation of fresh noise that the step leaves room for. */
  readonly fresh?: number;
}

/** x₀ = (x − √(1−ᾱ)·ε)/√ᾱ;  x' = √ᾱ'·x₀ + √(1 − ᾱ' − s²)·ε: Song et al. 2020, equation 12, without the s·n. */
export function ddimStep({ x, t, to, eps, direction = eps, fresh = 0 }: DdimStep, schedule: NoiseSchedule): Latent {
  const next = schedule.alphas[to]!;
  const keep = Math.sqrt(next / schedule.alphas[t]!);
  const back = Math.sqrt(1 - next - fresh ** 2);
  const removed = keep * noiseShare(schedule, t);
  if (direction === eps) return lincomb(keep, x, back - removed, eps);
  return lincomb(keep, x, -removed, eps, back, direction);
}

/** DDIM as the webui runs it: the lowest training step is only arrived at, never asked, so one call less than steps. */
export function* sampleDdim(input: TimestepInput, direction: (answer: TimestepAnswer) => Latent): TimestepSampling {
  const { timesteps, schedule, eta, noise } = input;
  let { x } = input;
  for (let i = timesteps.length - 1; i > 0; i--) {
    const t = timesteps[i]!;
    const to = timesteps[i - 1]!;
    const answer = yield { x, t };
    const a = schedule.alphas[t]!;
    const next = schedule.alphas[to]!;
    const fresh = eta * Math.sqrt(((1 - next) / (1 - a)) * (1 - a / next));
    const moved = ddimStep({ x, t, to, eps: answer.eps, direction: direction(answer), fresh }, schedule);
    // Drawn even where it does not count: the next draws depend on it.
    const draw = noise.next();
    x = fresh === 0 ? moved : lincomb(1, moved, fresh, draw);
  }
  return x;
}

/** Denoising diffusion implicit models: Song et al. 2020. */
export const ddim: TimestepSampler = {
  name: 'DDIM',
  aliases: ['ddim'],
  parameters: ['eta'],
  family: 'timestep',
  sample: (input) => sampleDdim(input, ({ eps }) => eps),
};
