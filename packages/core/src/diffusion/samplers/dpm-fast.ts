import { linspace32, log32 } from '../float32.ts';
import { lincomb } from '../latent.ts';
import { firstOrder, noiseAt, noiseWithin, secondOrder, stopBefore, thirdOrder } from './dpm-solver.ts';
import type { SigmaSampler } from './sampler.ts';
import { pairs } from './steps.ts';

/** DPM-Solver-Fast: third-order steps of equal length in ln σ that spend exactly the planned model calls. */
export const dpmFast: SigmaSampler = {
  name: 'DPM fast',
  aliases: ['k_dpm_fast'],
  usesEnsd: true,
  parameters: ['eta', 's_noise'],
  family: 'sigma',
  *sample({ x, range, calls, eta, noise, noiseScale }) {
    const steps = Math.floor(calls / 3) + 1;
    const times = linspace32(-log32(range.max), -log32(range.min), steps + 1);
    const end = times[steps]!;
    const lastOrders = calls % 3 === 0 ? [2, 1] : [calls % 3];
    for (const [i, t, to] of pairs(Array.from(times))) {
      const order = lastOrders[i - (steps - lastOrders.length)] ?? 3;
      const { stop, up } = stopBefore({ t, to }, end, eta);
      const step = { x, t, to: stop, eps: yield* noiseAt(x, t) };
      if (order === 1) x = firstOrder(step);
      else if (order === 2) x = secondOrder(step, 1 / 2, yield* noiseWithin(step, 1 / 2));
      else x = yield* thirdOrder(step, yield* noiseWithin(step, 1 / 3));
      x = lincomb(1, x, noiseScale * up, noise.next());
    }
    return x;
  },
};
