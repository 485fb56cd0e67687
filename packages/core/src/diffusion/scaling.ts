/** The one place that knows both units: noise level σ or training step t outside, the network's input and time inside. */
import { f32 } from './float32.ts';
import { noiseShare, pictureShare, TRAINING_STEPS, type NoiseSchedule } from './schedule.ts';
import type { SigmaTable } from './sigma-table.ts';

/** What a network was trained to predict: the noise ε, or v = √ᾱ·ε − √(1−ᾱ)·x₀. */
export type Prediction = 'epsilon' | 'v';

/** How x goes into the network and how its prediction comes out: answer = skip·x + out·prediction. */
export interface Scaling {
  /** Factor on x. */
  readonly input: number;
  /** Model time. */
  readonly t: number;
  readonly skip: number;
  readonly out: number;
  /** How the picture x₀ comes out of an answer: fromX·x + fromAnswer·answer. */
  readonly picture: { readonly fromX: number; readonly fromAnswer: number };
  /** Share of the schedule that lies behind, 0…1, by which a refiner takes over. */
  readonly done: number;
}

const SIGMA_DATA = 0.5;
/** Latent consistency models see their time ten times as long. */
const TIME_SCALE = 10;

/** Scaling at a noise level, whose answer is the denoised x: Karras et al. 2022, section 5 and table 1. */
export function sigmaScaling(table: SigmaTable, prediction: Prediction, sigma: number): Scaling {
  const variance = f32(f32(sigma ** 2) + 1);
  const input = f32(1 / f32(Math.sqrt(variance)));
  const skip = prediction === 'v' ? f32(1 / variance) : 1;
  const out = prediction === 'v' ? f32(-sigma / f32(Math.sqrt(variance))) : -sigma;
  const done = (TRAINING_STEPS - 1 - nearestEntry(table.sigmas, sigma)) / TRAINING_STEPS;
  return { input, t: table.timeOf(sigma), skip, out, picture: { fromX: 0, fromAnswer: 1 }, done };
}

/** The same for a latent consistency model: between x and x₀ by its boundary condition (Luo et al. 2023). */
export function consistencyScaling(table: SigmaTable, prediction: Prediction, sigma: number): Scaling {
  const plain = sigmaScaling(table, prediction, sigma);
  const time = plain.t * TIME_SCALE;
  const stay = SIGMA_DATA ** 2 / (time ** 2 + SIGMA_DATA ** 2);
  const go = time / Math.sqrt(time ** 2 + SIGMA_DATA ** 2);
  return { ...plain, skip: go * plain.skip + stay, out: go * plain.out };
}

/** Scaling at a training step, whose answer is the noise in x. */
export function timestepScaling(schedule: NoiseSchedule, prediction: Prediction, t: number): Scaling {
  const whole = Math.min(Math.max(Math.trunc(t), 0), TRAINING_STEPS - 1);
  const picture = pictureShare(schedule, whole);
  const noise = noiseShare(schedule, whole);
  return {
    input: 1,
    t,
    skip: prediction === 'v' ? noise : 0,
    out: prediction === 'v' ? picture : 1,
    picture: { fromX: 1 / picture, fromAnswer: -noise / picture },
    done: (TRAINING_STEPS - 1 - whole) / TRAINING_STEPS,
  };
}

function nearestEntry(sigmas: Float32Array, sigma: number): number {
  let best = 0;
  for (let i = 1; i < sigmas.length; i++) if (Math.abs(sigmas[i]! - sigma) < Math.abs(sigmas[best]! - sigma)) best = i;
  return best;
}
