import { RequestError } from '../../errors/index.ts';
import { lincomb, weightedSum, type Latent } from '../latent.ts';
import { TRAINING_STEPS } from '../schedule.ts';
import type { TimestepSampler } from './sampler.ts';
import { continuousSchedule, modelTime, SKIP_TYPES, timeSteps } from './unipc-time.ts';
import { uniPcWeights, VARIANTS } from './unipc-weights.ts';

/** A past model value: x₀ predicted at a time. */
interface Known {
  readonly lambda: number;
  readonly value: Latent;
}

/**
 * UniPC: a multistep predictor whose next model value also corrects the step that led to it (Zhao et al. 2023),
 * predicting x₀. It takes only the number of steps from the list of training steps.
 */
export const unipc: TimestepSampler = {
  name: 'UniPC',
  aliases: ['unipc'],
  parameters: [],
  family: 'timestep',
  check({ variant, skipType, order }, steps) {
    const hint = 'Use one of the values that the options list.';
    if (!VARIANTS.includes(variant))
      throw new RequestError('uni_pc_variant', `UniPC has no variant ${variant}`, { hint });
    if (!SKIP_TYPES.includes(skipType))
      throw new RequestError('uni_pc_skip_type', `UniPC has no skip type ${skipType}`, { hint });
    if (!Number.isInteger(order) || order < 1 || order > steps) {
      throw new RequestError('uni_pc_order', `UniPC of order ${order} cannot run ${steps} steps`, {
        hint: 'Ask for more steps, or for a lower UniPC order.',
      });
    }
  },
  *sample({ x, timesteps, schedule: table, fromImage, unipc: options }) {
    const schedule = continuousSchedule(table);
    const steps = timesteps.length;
    const start = fromImage ? (timesteps[steps - 1]! + 1) / TRAINING_STEPS : 1;
    const times = timeSteps(schedule, { steps, start, skipType: options.skipType });

    let from = schedule.at(times[0]!);
    const { eps } = yield { x, t: modelTime(times[0]!) };
    /** Newest first. */
    let known: readonly Known[] = [{ lambda: from.lambda, value: toPicture(x, eps, from) }];
    for (let step = 1; step <= steps; step++) {
      const to = schedule.at(times[step]!);
      const wanted = options.lowerOrderFinal ? Math.min(options.order, steps + 1 - step) : options.order;
      const order = step < options.order ? step : wanted;
      const [{ lambda, value: newest }, ...past] = known.slice(0, order) as [Known, ...Known[]];
      const h = to.lambda - lambda;
      const ratios = past.map((old) => (old.lambda - lambda) / h);
      const weights = uniPcWeights({ variant: options.variant, ratios, h });
      const differences = past.map(({ value }, k) => lincomb(1 / ratios[k]!, value, -1 / ratios[k]!, newest));
      const base = lincomb(to.sigma / from.sigma, x, -to.alpha * Math.expm1(-h), newest);
      const move = (shares: readonly number[]): Latent =>
        weightedSum([[1, base], ...differences.map((d, k) => [-to.alpha * shares[k]!, d] as const)]);

      x = move(weights.predictor);
      if (step < steps) {
        const answer = yield { x, t: modelTime(times[step]!) };
        const value = toPicture(x, answer.eps, to);
        x = weightedSum([
          [1, move(weights.corrector)],
          [-to.alpha * weights.newest, value],
          [to.alpha * weights.newest, newest],
        ]);
        known = [{ lambda: to.lambda, value }, ...known].slice(0, options.order);
      }
      from = to;
    }
    return x;
  },
};

/** x₀ = (x − σ·ε)/α. */
function toPicture(
  x: Latent,
  eps: Latent,
  { alpha, sigma }: { readonly alpha: number; readonly sigma: number },
): Latent {
  return lincomb(1 / alpha, x, -sigma / alpha, eps);
}
