import { RequestError } from '../errors/index.ts';
import type { InfoEntries, SamplingOptions } from './options.ts';
import type { Sampler } from './samplers/index.ts';
import { TRAINING_STEPS } from './schedule.ts';
import type { SigmaTable } from './sigma-table.ts';
import { findScheduler, type Scheduler } from './sigmas/index.ts';

export interface SpacingInput {
  readonly sampler: Sampler;
  readonly scheduler: Scheduler;
  readonly schedulers?: readonly Scheduler[] | undefined;
  readonly steps: number;
  readonly table: SigmaTable;
  readonly options: SamplingOptions;
  readonly sdxl: boolean;
}

/** A whole list of noise levels or training steps, and what the infotext says about it. */
export interface Spacing {
  readonly values: readonly number[];
  readonly infotext: InfoEntries;
}

/** The sigmas of a run, descending. */
export function planSigmas(input: SpacingInput): Spacing {
  const { options, sampler, sdxl, table } = input;
  const { count, infotext: discarded } = countSteps(input);
  const scheduler =
    input.scheduler.sigmas === undefined ? findScheduler(sampler.scheduler, input.schedulers) : input.scheduler;
  if (scheduler.sigmas === undefined)
    return { values: dropNextToLast([...table.spaced(count), 0], count, input.steps), infotext: discarded };

  const old = options.use_old_karras_scheduler_sigmas;
  const min = options.sigma_min !== 0 && options.sigma_min !== table.min ? options.sigma_min : undefined;
  const max = options.sigma_max !== 0 && options.sigma_max !== table.max ? options.sigma_max : undefined;
  const takesRho = scheduler.defaultRho !== -1 && options.rho !== 0 && options.rho !== scheduler.defaultRho;
  const values = scheduler.sigmas({
    n: count,
    min: min ?? (old ? 0.1 : table.min),
    max: max ?? (old ? 10 : table.max),
    table,
    rho: takesRho ? options.rho : scheduler.defaultRho,
    betaAlpha: options.beta_dist_alpha,
    betaBeta: options.beta_dist_beta,
    sdxl,
  });
  const infotext = {
    ...discarded,
    'Schedule type': scheduler.label,
    ...(min === undefined ? {} : { 'Schedule min sigma': min }),
    ...(max === undefined ? {} : { 'Schedule max sigma': max }),
    ...(takesRho ? { 'Schedule rho': options.rho } : {}),
    ...(scheduler.name === 'beta'
      ? { 'Beta schedule alpha': options.beta_dist_alpha, 'Beta schedule beta': options.beta_dist_beta }
      : {}),
  };
  return { values: dropNextToLast(values, count, input.steps), infotext };
}

/** The training steps of a run, ascending: 1 and every k-th one after, often more than asked for. */
export function planTimesteps(input: SpacingInput): Spacing {
  const { count, infotext } = countSteps(input);
  const stride = Math.floor(TRAINING_STEPS / count);
  const values: number[] = [];
  for (let t = 0; t < TRAINING_STEPS; t += stride) values.push(Math.min(t + 1, TRAINING_STEPS - 1));
  return { values, infotext };
}

/** Steps to plan: one more where the last but one is left out. The infotext tells it only if an option asked for it. */
function countSteps({ sampler, steps, options }: SpacingInput): {
  readonly count: number;
  readonly infotext: InfoEntries;
} {
  const own = sampler.discardNextToLastSigma === true;
  const asked = options.always_discard_next_to_last_sigma && !own;
  const count = steps + (own || asked ? 1 : 0);
  if (!Number.isInteger(steps) || steps < 1 || (sampler.family === 'timestep' && count > TRAINING_STEPS)) {
    throw new RequestError('steps', `${sampler.name} cannot run ${steps} steps`, {
      hint: `Ask for 1 to ${TRAINING_STEPS - 1} steps.`,
    });
  }
  return { count, infotext: asked ? { 'Discard penultimate sigma': true } : {} };
}

function dropNextToLast(sigmas: readonly number[], count: number, steps: number): readonly number[] {
  return count === steps ? sigmas : sigmas.toSpliced(-2, 1);
}
