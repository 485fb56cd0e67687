import { exp32, f32, linspace32, log32 } from './float32.ts';
import { TRAINING_STEPS, type NoiseSchedule } from './schedule.ts';

/** The sigmas a model was trained at, and the way between sigma and its training step. */
export interface SigmaTable {
  /** σ of each entry, ascending. */
  readonly sigmas: Float32Array;
  readonly min: number;
  readonly max: number;
  /** Model time of a sigma, clamped to the table: 0…999, with a fraction unless the table is quantized. */
  readonly timeOf: (sigma: number) => number;
  /** Sigma of a model time, between entries along ln σ. */
  readonly sigmaAt: (t: number) => number;
  /** n sigmas at evenly spaced model times from the last to the first, without a final 0. */
  readonly spaced: (n: number) => number[];
}

export interface SigmaTableOptions {
  /** Rounds model times to whole steps. */
  readonly quantize?: boolean;
}

/** σ_t = √((1 − ᾱ_t)/ᾱ_t) for every training step; between steps ln σ is linear in t (k-diffusion). */
export function sigmaTable(schedule: NoiseSchedule, options: SigmaTableOptions = {}): SigmaTable {
  return tableOfSigmas(sigmasOf(schedule.alphas, schedule.round), { ...options, round: schedule.round });
}

/** The table of given sigmas, ascending. `round`: to the dtype in which their logarithms are kept; float32 if absent. */
export function tableOfSigmas(
  sigmas: Float32Array,
  { round = f32, ...options }: SigmaTableOptions & { readonly round?: (x: number) => number } = {},
): SigmaTable {
  const logs = sigmas.map((sigma) => round(Math.log(sigma)));
  const last = sigmas.length - 1;
  const sigmaAt = (t: number): number => interpolate(logs, t);
  return {
    sigmas,
    min: sigmas[0]!,
    max: sigmas[last]!,
    timeOf: (sigma) => (options.quantize === true ? nearest(logs, log32(sigma)) : between(logs, log32(sigma))),
    sigmaAt,
    spaced: (n) => Array.from(linspace32(last, 0, n), sigmaAt),
  };
}

/** Steps of the schedule that a latent consistency model was distilled on, and training steps between two of them. */
const LCM_STEPS = 50;
const LCM_STRIDE = TRAINING_STEPS / LCM_STEPS;

/** The table of latent consistency models: every 20th training step from 19 on, and no times between. */
export function lcmTable(schedule: NoiseSchedule): SigmaTable {
  const alphas = Float32Array.from({ length: LCM_STEPS }, (_, i) => schedule.alphas[(i + 1) * LCM_STRIDE - 1]!);
  const sigmas = sigmasOf(alphas, f32);
  const logs = sigmas.map(log32);
  const timeAt = (entry: number): number => (entry + 1) * LCM_STRIDE - 1;
  const sigmaAt = (t: number): number => {
    const entry = f32((t - (LCM_STRIDE - 1)) / LCM_STRIDE);
    return interpolate(logs, Math.min(Math.max(entry, 0), LCM_STEPS - 1));
  };
  return {
    sigmas,
    min: sigmas[0]!,
    max: sigmas[LCM_STEPS - 1]!,
    timeOf: (sigma) => timeAt(nearest(logs, log32(sigma))),
    sigmaAt,
    spaced: (n) => Array.from(linspace32(timeAt(LCM_STEPS - 1), timeAt(0), n), sigmaAt),
  };
}

function sigmasOf(alphas: Float32Array, round: (x: number) => number): Float32Array {
  return alphas.map((alpha) => round(Math.sqrt(round(round(1 - alpha) / alpha))));
}

/** e to the value at a fractional index. */
function interpolate(logs: Float32Array, index: number): number {
  const low = Math.floor(index);
  const share = f32(index - low);
  return exp32(f32(f32(f32(1 - share) * logs[low]!) + f32(share * logs[Math.ceil(index)]!)));
}

/** Fractional index of a value among ascending ones, clamped to the ends. */
function between(logs: Float32Array, value: number): number {
  const low = Math.min(Math.max(lastNotAbove(logs, value), 0), logs.length - 2);
  const share = f32(f32(logs[low]! - value) / f32(logs[low]! - logs[low + 1]!));
  const clamped = Math.min(Math.max(share, 0), 1);
  return f32(f32(f32(1 - clamped) * low) + f32(clamped * (low + 1)));
}

/** Index of the nearest of ascending values; the lower of two as near. */
function nearest(logs: Float32Array, value: number): number {
  const low = Math.max(lastNotAbove(logs, value), 0);
  const next = logs[low + 1];
  return next !== undefined && Math.abs(f32(value - next)) < Math.abs(f32(value - logs[low]!)) ? low + 1 : low;
}

/** Last index whose value is not above `value`; −1 if all are. */
function lastNotAbove(logs: Float32Array, value: number): number {
  let low = -1;
  let high = logs.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (logs[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}
