import { f32 } from '../float32.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * arctan σ evenly spaced (Sabour et al. 2024, Align Your Steps, equation 12). The webui's list has no final 0, so its
 * pictures keep the noise of the last sigma.
 */
export const klOptimal: Scheduler = {
  name: 'kl_optimal',
  label: 'KL Optimal',
  aliases: [],
  defaultRho: -1,
  needInnerModel: false,
  sigmas({ n, min, max }) {
    const last = f32(Math.atan(min));
    const first = f32(Math.atan(max));
    return Array.from({ length: n + 1 }, (_, i) => {
      const share = f32(i / n);
      return f32(Math.tan(f32(f32(share * last) + f32(f32(1 - share) * first))));
    });
  },
};
