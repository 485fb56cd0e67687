import type { SigmaSampler } from './sampler.ts';
import { churn, eulerStep, pairs } from './steps.ts';

/** Euler's method on the probability-flow ODE: Karras et al. 2022, Algorithm 2 without its second order. */
export const euler: SigmaSampler = {
  name: 'Euler',
  aliases: ['k_euler'],
  parameters: ['s_churn', 's_tmin', 's_tmax', 's_noise'],
  family: 'sigma',
  *sample(input) {
    let { x } = input;
    for (const [i, , to] of pairs(input.sigmas)) {
      const at = churn(x, i, input);
      x = eulerStep(at, yield at, to);
    }
    return x;
  },
};
