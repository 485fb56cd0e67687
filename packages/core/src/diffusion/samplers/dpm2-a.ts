import { lincomb } from '../latent.ts';
import type { SigmaSampler } from './sampler.ts';
import { ancestral, eulerStep, middle, pairs, slope } from './steps.ts';

/** DPM2 with part of the noise renewed at every step. */
export const dpm2A: SigmaSampler = {
  name: 'DPM2 a',
  aliases: ['k_dpm_2_a'],
  scheduler: 'karras',
  discardNextToLastSigma: true,
  usesEnsd: true,
  secondOrder: true,
  parameters: ['eta', 's_noise'],
  family: 'sigma',
  *sample({ x, sigmas, eta, noise, noiseScale }) {
    for (const [, sigma, to] of pairs(sigmas)) {
      const at = { x, sigma };
      const denoised = yield at;
      const { down, up } = ancestral(sigma, to, eta);
      if (down === 0) {
        x = eulerStep(at, denoised, down);
        continue;
      }
      const between = middle(sigma, down);
      const half = { x: eulerStep(at, denoised, between), sigma: between };
      x = lincomb(1, x, down - sigma, slope(half, yield half), noiseScale * up, noise.next());
    }
    return x;
  },
};
