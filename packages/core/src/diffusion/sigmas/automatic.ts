import type { Scheduler } from './scheduler.ts';

/** The scheduler that the sampler names, else evenly spaced times. */
export const automatic: Scheduler = {
  name: 'automatic',
  label: 'Automatic',
  aliases: [],
  defaultRho: -1,
  needInnerModel: false,
  sigmas: undefined,
};
