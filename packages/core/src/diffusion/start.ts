import { lincomb, type Latent } from './latent.ts';
import type { SamplingPlan } from './plan.ts';
import { noiseShare, pictureShare } from './schedule.ts';

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
