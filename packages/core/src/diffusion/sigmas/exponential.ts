import { exp32, linspace32 } from '../float32.ts';
import type { Scheduler } from './scheduler.ts';

/** ln σ evenly spaced. */
export const exponential: Scheduler = {
  name: 'exponential',
  label: 'Exponential',
  aliases: [],
  defaultRho: -1,
  needInnerModel: false,
  sigmas: ({ n, min, max }) => [...Array.from(linspace32(Math.log(max), Math.log(min), n), exp32), 0],
};
