import { weightedSum, type Latent } from '../latent.ts';
import { ddimStep } from './ddim.ts';
import type { TimestepSampler } from './sampler.ts';

/** Adams–Bashforth weights, newest first, by the number of past noise predictions. */
const WEIGHTS = [[], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24]] as const;

/** Pseudo linear multistep: DDIM steps with noise extrapolated from up to three past ones (Liu et al. 2022). */
export const plms: TimestepSampler = {
  name: 'PLMS',
  aliases: ['plms'],
  parameters: [],
  family: 'timestep',
  *sample({ x, timesteps, schedule }) {
    /** Newest first. */
    let past: readonly Latent[] = [];
    for (let i = timesteps.length - 1; i > 0; i--) {
      const t = timesteps[i]!;
      const to = timesteps[i - 1]!;
      const { eps } = yield { x, t };
      const known = [eps, ...past];
      let used: Latent;
      if (past.length === 0) {
        // The first step averages over its own end: Euler improved.
        const ahead = yield { x: ddimStep({ x, t, to, eps }, schedule), t: to };
        used = weightedSum([
          [1 / 2, eps],
          [1 / 2, ahead.eps],
        ]);
      } else {
        used = weightedSum(known.map((noise, k) => [WEIGHTS[past.length]![k]!, noise] as const));
      }
      x = ddimStep({ x, t, to, eps: used }, schedule);
      past = known.slice(0, 3);
    }
    return x;
  },
};
