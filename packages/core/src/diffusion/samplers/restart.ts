import { lincomb } from '../latent.ts';
import { karrasSigmas } from '../sigmas/karras.ts';
import type { SigmaSampler } from './sampler.ts';
import { eulerStep, pairs, slope } from './steps.ts';

/** Noise level from which, and up to which, steps are repeated. */
const LOW = 0.1;
const HIGH = 2;

/** Heun's method that goes back up in noise and repeats the last part: Xu et al. 2023, with the webui's defaults. */
export const restart: SigmaSampler = {
  name: 'Restart',
  aliases: ['restart'],
  scheduler: 'karras',
  secondOrder: true,
  parameters: [],
  family: 'sigma',
  *sample({ x, sigmas, noise }) {
    let last: number | undefined;
    for (const [sigma, to] of restartSteps(sigmas)) {
      if (last !== undefined && last < sigma) x = lincomb(1, x, Math.sqrt(sigma ** 2 - last ** 2), noise.next());
      const at = { x, sigma };
      const denoised = yield at;
      const guess = { x: eulerStep(at, denoised, to), sigma: to };
      const half = (to - sigma) / 2;
      x = to === 0 ? guess.x : lincomb(1, x, half, slope(at, denoised), half, slope(guess, yield guess));
      last = to;
    }
    return x;
  },
};

/** As many steps as planned: fewer over the whole range, the rest for repeating. Under 20 steps nothing is repeated. */
function restartSteps(planned: readonly number[]): (readonly [from: number, to: number])[] {
  const steps = planned.length - 1;
  const times = steps >= 36 ? 2 : steps >= 20 ? 1 : 0;
  const length = steps >= 36 ? Math.floor(steps / 4) : 9;
  const sigmas =
    times === 0 ? planned : karrasSigmas({ n: steps - length * times, min: planned[steps - 1]!, max: planned[0]! });

  const low = nearest(sigmas, LOW);
  const high = nearest(sigmas, HIGH);
  const list: (readonly [number, number])[] = [];
  for (const [i, from, to] of pairs(sigmas)) {
    list.push([from, to]);
    if (i + 1 !== low || high >= low) continue;
    const again = karrasSigmas({ n: length + 1, min: sigmas[low]!, max: sigmas[high]! }).slice(0, -1);
    for (let time = 0; time < times; time++) for (const [, a, b] of pairs(again)) list.push([a, b]);
  }
  return list;
}

/** Place of the value nearest to `target`, the first of equals. */
function nearest(values: readonly number[], target: number): number {
  const distances = values.map((value) => Math.abs(value - target));
  return distances.indexOf(Math.min(...distances));
}
