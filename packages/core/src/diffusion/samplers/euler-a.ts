import { lincomb } from '../latent.ts';
import type { SigmaSampler } from './sampler.ts';
import { ancestral, eulerStep, pairs } from './steps.ts';

/** Euler's method with part of the noise renewed at every step. The webui gives it no `s_noise`. */
export const eulerA: SigmaSampler = {
  name: 'Euler a',
  aliases: ['k_euler_a', 'k_euler_ancestral'],
  usesEnsd: true,
  parameters: ['eta'],
  family: 'sigma',
  *sample({ x, sigmas, eta, noise }) {
    for (const [, sigma, to] of pairs(sigmas)) {
      const denoised = yield { x, sigma };
      const { down, up } = ancestral(sigma, to, eta);
      x = eulerStep({ x, sigma }, denoised, down);
      if (to > 0) x = lincomb(1, x, up, noise.next());
    }
    return x;
  },
};
