import { linspace32 } from '../float32.ts';
import type { Scheduler } from './scheduler.ts';

/** Evenly spaced model times between the two sigmas. */
export const normal: Scheduler = {
  name: 'normal',
  label: 'Normal',
  aliases: [],
  defaultRho: -1,
  needInnerModel: true,
  sigmas: ({ n, min, max, table }) => [
    ...Array.from(linspace32(table.timeOf(max), table.timeOf(min), n), table.sigmaAt),
    0,
  ],
};
