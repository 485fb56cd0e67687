import type { Scheduler } from './scheduler.ts';

/** Every k-th entry of the table from the second on: the steps of DDIM, often more than asked for. */
export const ddim: Scheduler = {
  name: 'ddim',
  label: 'DDIM',
  aliases: [],
  defaultRho: -1,
  needInnerModel: true,
  sigmas({ n, table: { sigmas } }) {
    const stride = Math.max(Math.floor(sigmas.length / n), 1);
    const picked: number[] = [];
    for (let entry = 1; entry < sigmas.length; entry += stride) picked.push(sigmas[entry]!);
    return [...picked.reverse(), 0];
  },
};
