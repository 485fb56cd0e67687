import { ModelError } from '../errors/index.ts';
import { roundHalf } from '../tensor/index.ts';

/** Training steps of every Stable Diffusion model: t runs from 0 to 999. */
export const TRAINING_STEPS = 1000;

/** The last value with a zero terminal signal-to-noise ratio: a true zero would make the last sigma infinite. */
const LAST_ALPHA = 4.8973451890853435e-8;

/** How much of the picture is left at each training step. */
export interface NoiseSchedule {
  /** ᾱ_t, descending, for t = 0…999. */
  readonly alphas: Float32Array;
  /** Rounds to the dtype in which the webui would compute from the table: float32, or float16 if downcast. */
  readonly round: (x: number) => number;
}

export interface NoiseScheduleOptions {
  /** The checkpoint's own ᾱ, 1000 values in (0, 1). Without it the table of Stable Diffusion is made. */
  readonly alphas?: Float32Array | undefined;
  /** Rounds ᾱ to float16, as half-precision pictures made before webui 1.7 had it. */
  readonly downcast?: boolean;
  /** Shifts and scales √ᾱ so that nothing of the picture is left at the last step (Lin et al. 2023). */
  readonly zeroTerminalSnr?: boolean;
}

/** The noise schedule of a model. Throws ModelError for a table of another length or range. */
export function noiseSchedule(options: NoiseScheduleOptions = {}): NoiseSchedule {
  const { alphas: own, downcast = false, zeroTerminalSnr = false } = options;
  if (own !== undefined && (own.length !== TRAINING_STEPS || own.some((alpha) => !(alpha > 0 && alpha < 1)))) {
    throw new ModelError('alphas_cumprod', `its noise schedule is not ${TRAINING_STEPS} numbers between 0 and 1`, {
      hint: 'Remove the entry from the file, so that the standard schedule is taken.',
    });
  }
  const round = downcast ? roundHalf : Math.fround;
  const alphas = (own ?? scaledLinear()).map(round);
  return { alphas: zeroTerminalSnr ? rescale(alphas, round) : alphas, round };
}

/** √β evenly spaced from √0.00085 to √0.012, ᾱ = Π(1 − β) in float64 (Rombach et al. 2022). */
function scaledLinear(): Float32Array {
  const first = Math.sqrt(0.00085);
  const last = Math.sqrt(0.012);
  let product = 1;
  return Float32Array.from({ length: TRAINING_STEPS }, (_, t) => {
    product *= 1 - (first + ((last - first) * t) / (TRAINING_STEPS - 1)) ** 2;
    return product;
  });
}

function rescale(alphas: Float32Array, round: (x: number) => number): Float32Array {
  const roots = alphas.map((alpha) => round(Math.sqrt(alpha)));
  const first = roots[0]!;
  const last = roots[TRAINING_STEPS - 1]!;
  const scale = round(first / round(first - last));
  const out = roots.map((root) => round(round(round(root - last) * scale) ** 2));
  out[TRAINING_STEPS - 1] = round(LAST_ALPHA);
  return out;
}

/** √ᾱ_t: what is left of the picture at a whole training step. */
export function pictureShare({ alphas, round }: NoiseSchedule, t: number): number {
  return round(Math.sqrt(alphas[t]!));
}

/** √(1 − ᾱ_t): how much noise there is at a whole training step. */
export function noiseShare({ alphas, round }: NoiseSchedule, t: number): number {
  return round(Math.sqrt(round(1 - alphas[t]!)));
}
