import { lincomb } from '../latent.ts';
import type { SigmaSampler } from './sampler.ts';
import { pairs } from './steps.ts';

/** Multistep sampling of latent consistency models: denoise, put noise back. Luo et al. 2023, Algorithm 3. */
export const lcm: SigmaSampler = {
  name: 'LCM',
  aliases: ['k_lcm'],
  parameters: [],
  family: 'sigma',
  consistency: true,
  *sample({ x, sigmas, noise }) {
    for (const [, sigma, to] of pairs(sigmas)) {
      x = yield { x, sigma };
      if (to > 0) x = lincomb(1, x, to, noise.next());
    }
    return x;
  },
};
