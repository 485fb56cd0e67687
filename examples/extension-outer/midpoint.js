import { lincomb } from '@graft/core/diffusion';

/**
 * The explicit midpoint method on the probability-flow ODE dx/dσ = (x − D(x, σ)) / σ, without noise. Two model calls a step, but one for
 * the last: at σ = 0 there is no slope.
 * @type {import('@graft/core/diffusion').SigmaSampler}
 */
export const midpoint = {
  name: 'Midpoint',
  aliases: ['midpoint'],
  family: 'sigma',
  secondOrder: true,
  parameters: [],
  *sample({ x, sigmas }) {
    for (let i = 0; i + 1 < sigmas.length; i++) {
      const [from, to] = [sigmas[i], sigmas[i + 1]];
      const denoised = yield { x, sigma: from };
      if (to === 0) {
        x = denoised;
        continue;
      }
      const middle = (from + to) / 2;
      const half = move(x, { along: slope(x, denoised, from), by: middle - from });
      x = move(x, { along: slope(half, yield { x: half, sigma: middle }, middle), by: to - from });
    }
    return x;
  },
};

/** @typedef {import('@graft/core/diffusion').Latent} Latent */

/** @type {(x: Latent, denoised: Latent, sigma: number) => Latent} */
const slope = (x, denoised, sigma) => lincomb(1 / sigma, x, -1 / sigma, denoised);
/** @type {(x: Latent, step: { along: Latent, by: number }) => Latent} */
const move = (x, { along, by }) => lincomb(1, x, by, along);
