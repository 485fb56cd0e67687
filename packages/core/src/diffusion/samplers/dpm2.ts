import { lincomb } from '../latent.ts';
import type { SigmaSampler } from './sampler.ts';
import { churn, eulerStep, middle, pairs, slope } from './steps.ts';

/** The midpoint method along ln σ: DPM-Solver-2 (Lu et al. 2022) with the churn of Karras et al. 2022. */
export const dpm2: SigmaSampler = {
  name: 'DPM2',
  aliases: ['k_dpm_2'],
  scheduler: 'karras',
  discardNextToLastSigma: true,
  secondOrder: true,
  parameters: ['s_churn', 's_tmin', 's_tmax', 's_noise'],
  family: 'sigma',
  *sample(input) {
    let { x } = input;
    for (const [i, , to] of pairs(input.sigmas)) {
      const at = churn(x, i, input);
      const denoised = yield at;
      if (to === 0) {
        x = eulerStep(at, denoised, to);
        continue;
      }
      const sigma = middle(at.sigma, to);
      const half = { x: eulerStep(at, denoised, sigma), sigma };
      x = lincomb(1, at.x, to - at.sigma, slope(half, yield half));
    }
    return x;
  },
};
