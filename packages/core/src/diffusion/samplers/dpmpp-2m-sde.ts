import { lincomb, weightedSum, type Latent } from '../latent.ts';
import type { SigmaInput, SigmaSampler, SigmaSampling } from './sampler.ts';
import { pairs } from './steps.ts';

/**
 * SDE-DPM-Solver++(2M): Lu et al. 2022, appendix B. `correction` weighs the change of D, from h' = h·(1 + η):
 * the two known choices are those of the midpoint and of Heun's rule.
 */
export function* sample2mSde(input: SigmaInput, correction: (h: number) => number): SigmaSampling {
  const { sigmas, eta, noise, noiseScale } = input;
  let { x } = input;
  let old: { readonly denoised: Latent; readonly h: number } | undefined;
  for (const [, sigma, to] of pairs(sigmas)) {
    const denoised = yield { x, sigma };
    if (to === 0) {
      x = denoised;
      continue;
    }
    const h = Math.log(sigma / to);
    const whole = h * (1 + eta);
    x = lincomb((to / sigma) * Math.exp(-eta * h), x, -Math.expm1(-whole), denoised);
    if (old !== undefined) {
      const weight = (correction(whole) * h) / old.h;
      x = weightedSum([
        [1, x],
        [weight, denoised],
        [-weight, old.denoised],
      ]);
    }
    if (eta !== 0) {
      const deviation = to * Math.sqrt(-Math.expm1(-2 * eta * h)) * noiseScale;
      x = lincomb(1, x, deviation, noise.between(sigma, to));
    }
    old = { denoised, h };
  }
  return x;
}

/** DPM++ 2M SDE with the midpoint rule. */
export const dpmpp2mSde: SigmaSampler = {
  name: 'DPM++ 2M SDE',
  aliases: ['k_dpmpp_2m_sde'],
  scheduler: 'exponential',
  brownianNoise: true,
  parameters: ['eta', 's_noise'],
  family: 'sigma',
  sample: (input) => sample2mSde(input, (h) => -Math.expm1(-h) / 2),
};
