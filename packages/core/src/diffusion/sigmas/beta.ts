import { betaQuantile } from '../beta-quantile.ts';
import { f32 } from '../float32.ts';
import type { Scheduler } from './scheduler.ts';

/** σ at even quantiles of a beta distribution between the two ends (Lee et al. 2024). */
export const beta: Scheduler = {
  name: 'beta',
  label: 'Beta',
  aliases: [],
  defaultRho: -1,
  needInnerModel: true,
  sigmas: ({ n, min, max, betaAlpha, betaBeta }) => [
    ...Array.from({ length: n }, (_, i) => {
      const quantile = betaQuantile(1 - (n === 1 ? 0 : i / (n - 1)), betaAlpha, betaBeta);
      return f32(min + quantile * (max - min));
    }),
    0,
  ],
};
