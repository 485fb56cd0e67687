import { f32, log32 } from '../float32.ts';
import { lincomb, type Latent } from '../latent.ts';
import { noiseAt, noiseWithin, secondOrder, stopBefore, thirdOrder } from './dpm-solver.ts';
import type { SigmaSampler } from './sampler.ts';

const RELATIVE: number = f32(0.05);
const ABSOLUTE: number = f32(0.0078);
const FIRST_STEP = 0.05;
const ACCEPT_FROM = 0.81;
const SMALLEST_STEP = 1e-5;

/**
 * DPM-Solver-12/23 with steps as long as the difference between its orders 2 and 3 allows. The number of model calls is
 * its own choice, and the error is judged over the whole batch: an image depends on its neighbours.
 */
export const dpmAdaptive: SigmaSampler = {
  name: 'DPM adaptive',
  aliases: ['k_dpm_ad'],
  usesEnsd: true,
  parameters: ['eta'],
  family: 'sigma',
  *sample({ x, range, eta, noise }) {
    const end = -log32(range.min);
    let t = -log32(range.max);
    let h = FIRST_STEP;
    let before = x;
    while (t < end - SMALLEST_STEP) {
      const to = Math.min(end, f32(t + f32(h)));
      const { stop, up } = stopBefore({ t, to }, end, eta);
      const step = { x, t, to: stop, eps: yield* noiseAt(x, t) };
      const eps1 = yield* noiseWithin(step, 1 / 3);
      const low = secondOrder(step, 1 / 3, eps1);
      const high = yield* thirdOrder(step, eps1);
      const error = relativeError(low, high, before);
      // An integral controller of exponent 1/order, limited to between 0.2 and 2.6.
      const factor = 1 + Math.atan((1 / (error + 1e-8)) ** (1 / (eta === 0 ? 3 : 1.5)) - 1);
      // Accepts NaN too: a network that says nothing must not be asked for ever.
      if (!(factor < ACCEPT_FROM)) {
        before = low;
        x = lincomb(1, high, up, noise.next());
        t = to;
      }
      h *= factor;
    }
    return x;
  },
};

/** Root mean square of (low − high)/max(abs, rel·max(|low|, |before|)). */
function relativeError(low: Latent, high: Latent, before: Latent): number {
  let sum = 0;
  for (let i = 0; i < low.length; i++) {
    const allowed = Math.max(ABSOLUTE, f32(RELATIVE * Math.max(Math.abs(low[i]!), Math.abs(before[i]!))));
    sum += f32(f32(low[i]! - high[i]!) / allowed) ** 2;
  }
  return f32(f32(Math.sqrt(sum)) / f32(Math.sqrt(low.length)));
}
