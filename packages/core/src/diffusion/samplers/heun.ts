import { lincomb } from '../latent.ts';
import type { SigmaSampler } from './sampler.ts';
import { churn, eulerStep, pairs, slope } from './steps.ts';

/** Heun's method on the probability-flow ODE: Karras et al. 2022, Algorithm 2. */
export const heun: SigmaSampler = {
  name: 'Heun',
  aliases: ['k_heun'],
  secondOrder: true,
  parameters: ['s_churn', 's_tmin', 's_tmax', 's_noise'],
  family: 'sigma',
  *sample(input) {
    let { x } = input;
    for (const [i, , to] of pairs(input.sigmas)) {
      const at = churn(x, i, input);
      const denoised = yield at;
      const guess = { x: eulerStep(at, denoised, to), sigma: to };
      if (to === 0) {
        x = guess.x;
        continue;
      }
      const half = (to - at.sigma) / 2;
      x = lincomb(1, at.x, half, slope(at, denoised), half, slope(guess, yield guess));
    }
    return x;
  },
};
