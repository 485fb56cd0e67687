/** Continuous time for UniPC: training step k of the schedule is the time (k + 1)/1000. */
import { f32, linspace32 } from '../float32.ts';
import { TRAINING_STEPS, type NoiseSchedule } from '../schedule.ts';

/** The schedule at any time in (0, 1]. */
export interface ContinuousSchedule {
  /** α, σ and λ = ln α − ln σ at a time: x_t = α·x₀ + σ·n. */
  at(time: number): { readonly alpha: number; readonly sigma: number; readonly lambda: number };
  /** The time of a λ. */
  timeOf(lambda: number): number;
}

/** ½·ln ᾱ, linear in time between the training steps and past them. */
export function continuousSchedule({ alphas, round }: NoiseSchedule): ContinuousSchedule {
  const logs = Array.from(alphas, (alpha) => round(round(Math.log(alpha)) / 2));
  const last = logs.length - 1;
  return {
    at(time) {
      const place = time * TRAINING_STEPS - 1;
      const low = Math.min(Math.max(Math.floor(place), 0), last - 1);
      const logAlpha = logs[low]! + (place - low) * (logs[low + 1]! - logs[low]!);
      const sigma = Math.sqrt(-Math.expm1(2 * logAlpha));
      return { alpha: Math.exp(logAlpha), sigma, lambda: logAlpha - Math.log(sigma) };
    },
    timeOf(lambda) {
      const logAlpha = -Math.log1p(Math.exp(-2 * lambda)) / 2;
      let low = 0;
      let high = last;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (logs[middle]! >= logAlpha) low = middle;
        else high = middle;
      }
      return (low + 1 + (logs[low]! - logAlpha) / (logs[low]! - logs[low + 1]!)) / TRAINING_STEPS;
    },
  };
}

export const SKIP_TYPES: readonly string[] = ['time_uniform', 'time_quadratic', 'logSNR'];

export interface TimeStepsOptions {
  /** Number of steps. */
  readonly steps: number;
  readonly start: number;
  /** One of SKIP_TYPES. */
  readonly skipType: string;
}

/** The times of a run from `start` down to the first training step, both included: steps + 1 float32 numbers. */
export function timeSteps(schedule: ContinuousSchedule, { steps, start, skipType }: TimeStepsOptions): Float32Array {
  const end = 1 / TRAINING_STEPS;
  if (skipType === 'logSNR')
    return linspace32(schedule.at(start).lambda, schedule.at(end).lambda, steps + 1).map((lambda) =>
      schedule.timeOf(lambda),
    );
  if (skipType === 'time_quadratic')
    return linspace32(Math.sqrt(start), Math.sqrt(end), steps + 1).map((root) => root ** 2);
  return linspace32(start, end, steps + 1);
}

/** The model's time at a continuous time, in float32: a v-prediction model takes the whole part of it. */
export function modelTime(time: number): number {
  return f32(f32(time - f32(1 / TRAINING_STEPS)) * TRAINING_STEPS);
}
