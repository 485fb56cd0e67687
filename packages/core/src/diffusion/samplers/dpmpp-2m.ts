import { lincomb, type Latent } from '../latent.ts';
import type { SigmaSampler } from './sampler.ts';
import { pairs } from './steps.ts';

/** DPM-Solver++(2M): Lu et al. 2022, Algorithm 2, with t = −ln σ. */
export const dpmpp2m: SigmaSampler = {
  name: 'DPM++ 2M',
  aliases: ['k_dpmpp_2m'],
  scheduler: 'karras',
  parameters: [],
  family: 'sigma',
  *sample({ x, sigmas }) {
    let old: Latent | undefined;
    for (const [i, sigma, to] of pairs(sigmas)) {
      const denoised = yield { x, sigma };
      const h = Math.log(sigma) - Math.log(to);
      const gain = -Math.expm1(-h);
      if (old === undefined || to === 0) {
        x = lincomb(to / sigma, x, gain, denoised);
      } else {
        const r = Math.log(sigmas[i - 1]! / sigma) / h;
        x = lincomb(to / sigma, x, gain * (1 + 1 / (2 * r)), denoised, -gain / (2 * r), old);
      }
      old = denoised;
    }
    return x;
  },
};
