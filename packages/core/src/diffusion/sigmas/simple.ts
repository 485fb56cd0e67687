import type { Scheduler } from './scheduler.ts';

/** Entries of the table at even distances from its end. */
export const simple: Scheduler = {
  name: 'simple',
  label: 'Simple',
  aliases: [],
  defaultRho: -1,
  needInnerModel: true,
  sigmas({ n, table: { sigmas } }) {
    const stride = sigmas.length / n;
    return [...Array.from({ length: n }, (_, i) => sigmas[sigmas.length - 1 - Math.trunc(i * stride)]!), 0];
  },
};
