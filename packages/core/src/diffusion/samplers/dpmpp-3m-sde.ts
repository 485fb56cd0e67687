import { lincomb, weightedSum, type Latent } from '../latent.ts';
import type { SigmaSampler } from './sampler.ts';
import { pairs } from './steps.ts';

interface Past {
  readonly denoised: Latent;
  readonly h: number;
}

/** SDE-DPM-Solver++ of third order: two past answers give first and second differences of D. */
export const dpmpp3mSde: SigmaSampler = {
  name: 'DPM++ 3M SDE',
  aliases: ['k_dpmpp_3m_sde'],
  scheduler: 'exponential',
  discardNextToLastSigma: true,
  brownianNoise: true,
  parameters: ['eta', 's_noise'],
  family: 'sigma',
  *sample({ x, sigmas, eta, noise, noiseScale }) {
    let one: Past | undefined;
    let two: Past | undefined;
    for (const [, sigma, to] of pairs(sigmas)) {
      const denoised = yield { x, sigma };
      if (to === 0) {
        x = denoised;
        continue;
      }
      const h = Math.log(sigma / to);
      const whole = h * (1 + eta);
      x = lincomb(Math.exp(-whole), x, -Math.expm1(-whole), denoised);
      const phi2 = Math.expm1(-whole) / whole + 1;
      if (one !== undefined && two !== undefined) {
        const phi3 = phi2 / whole - 0.5;
        const r0 = one.h / h;
        const r1 = two.h / h;
        // a = (D − D₁)/r0, b = (D₁ − D₂)/r1;  x += φ₂·(a + (a − b)·r0/(r0 + r1)) − φ₃·(a − b)/(r0 + r1)
        const change = (phi2 * r0 - phi3) / (r0 + r1);
        const a = (phi2 + change) / r0;
        const b = -change / r1;
        x = weightedSum([
          [1, x],
          [a, denoised],
          [b - a, one.denoised],
          [-b, two.denoised],
        ]);
      } else if (one !== undefined) {
        const weight = (phi2 * h) / one.h;
        x = weightedSum([
          [1, x],
          [weight, denoised],
          [-weight, one.denoised],
        ]);
      }
      if (eta !== 0) {
        const deviation = to * Math.sqrt(-Math.expm1(-2 * eta * h)) * noiseScale;
        x = lincomb(1, x, deviation, noise.between(sigma, to));
      }
      two = one;
      one = { denoised, h };
    }
    return x;
  },
};
