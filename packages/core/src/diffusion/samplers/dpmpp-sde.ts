import { exp32, f32, log32 } from '../float32.ts';
import { lincomb } from '../latent.ts';
import type { SigmaSampler } from './sampler.ts';
import { ancestral, eulerStep, exponentialStep, pairs } from './steps.ts';

/**
 * DPM-Solver++ (SDE) with r = ½. Sigmas go through t = −ln σ and back in float32, as in k-diffusion: they are the
 * times of the Brownian path, where the sixth decimal chooses the branch.
 */
export const dpmppSde: SigmaSampler = {
  name: 'DPM++ SDE',
  aliases: ['k_dpmpp_sde'],
  scheduler: 'karras',
  secondOrder: true,
  brownianNoise: true,
  parameters: ['eta', 's_noise'],
  family: 'sigma',
  *sample({ x, sigmas, eta, noise, noiseScale }) {
    for (const [, sigma, to] of pairs(sigmas)) {
      const at = { x, sigma };
      const denoised = yield at;
      if (to === 0) {
        x = eulerStep(at, denoised, to);
        continue;
      }
      const t = -log32(sigma);
      const h = f32(-log32(to) - t);
      const start = exp32(-t);
      const half = exp32(-f32(t + f32(h / 2)));
      const end = exp32(log32(to));

      const first = ancestral(start, half, eta);
      const guess = exponentialStep(at, denoised, first.down);
      const x2 = lincomb(1, guess, noiseScale * first.up, noise.between(start, half));
      const second = ancestral(start, end, eta);
      const moved = exponentialStep(at, yield { x: x2, sigma: half }, second.down);
      x = lincomb(1, moved, noiseScale * second.up, noise.between(start, end));
    }
    return x;
  },
};
