import type { Scheduler } from './scheduler.ts';

/** Evenly spaced model times over the whole table, whatever range is asked for. */
export const uniform: Scheduler = {
  name: 'uniform',
  label: 'Uniform',
  aliases: [],
  defaultRho: -1,
  needInnerModel: true,
  sigmas: ({ n, table }) => [...table.spaced(n), 0],
};
