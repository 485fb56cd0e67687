import { linspace32 } from '../float32.ts';
import type { Scheduler } from './scheduler.ts';

/** Evenly spaced model times that stop one step before the last sigma, as the SDXL authors sample. */
export const sgmUniform: Scheduler = {
  name: 'sgm_uniform',
  label: 'SGM Uniform',
  aliases: ['SGMUniform'],
  defaultRho: -1,
  needInnerModel: true,
  sigmas: ({ n, min, max, table }) => [
    ...Array.from(linspace32(table.timeOf(max), table.timeOf(min), n + 1).subarray(0, n), table.sigmaAt),
    0,
  ],
};
