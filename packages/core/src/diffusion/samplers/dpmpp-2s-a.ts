import { lincomb } from '../latent.ts';
import type { SigmaSampler } from './sampler.ts';
import { ancestral, eulerStep, exponentialStep, middle, pairs } from './steps.ts';

/** DPM-Solver++(2S), Lu et al. 2022, Algorithm 1 with r = ½, and part of the noise renewed at every step. */
export const dpmpp2sA: SigmaSampler = {
  name: 'DPM++ 2S a',
  aliases: ['k_dpmpp_2s_a'],
  scheduler: 'karras',
  usesEnsd: true,
  secondOrder: true,
  parameters: ['eta', 's_noise'],
  family: 'sigma',
  *sample({ x, sigmas, eta, noise, noiseScale }) {
    for (const [, sigma, to] of pairs(sigmas)) {
      const denoised = yield { x, sigma };
      const { down, up } = ancestral(sigma, to, eta);
      if (down === 0) {
        x = eulerStep({ x, sigma }, denoised, down);
      } else {
        // In t = −ln σ both steps are exact for a constant D: x·σ'/σ + (1 − σ'/σ)·D.
        const half = middle(sigma, down);
        const guess = exponentialStep({ x, sigma }, denoised, half);
        x = exponentialStep({ x, sigma }, yield { x: guess, sigma: half }, down);
      }
      if (to > 0) x = lincomb(1, x, noiseScale * up, noise.next());
    }
    return x;
  },
};
