import { gather, guide, isEdit, rowsOf, spreadRows, type Guidance, type Predictions, type Row } from './guidance.ts';
import { lincomb, type Latent } from './latent.ts';
import type { InfoEntries } from './options.ts';
import type { SamplingPlan } from './plan.ts';
import { consistencyScaling, sigmaScaling, timestepScaling, type Prediction, type Scaling } from './scaling.ts';

/** One call of the network. */
export interface ModelCall {
  /** The batch [b, c, h, w], scaled for the network. */
  readonly x: Latent;
  /** What is asked about it: each row is one image under one condition. `spreadRows` makes a row of x for each. */
  readonly rows: readonly Row[];
  /** Model time, 0…999, the same for all rows; may have a fraction. */
  readonly t: number;
  /** Number of the call from 0: prompt schedules look here. */
  readonly call: number;
  /** How far the run is, 0…1: by noise level and by calls. A refiner takes over from its ratio on. */
  readonly done: { readonly bySigma: number; readonly byCalls: number };
}

/** The network: its prediction for each row, [rows, c, h, w]. */
export type Predict = (call: ModelCall) => Promise<Latent>;

/** The part of a picture that may change. */
export interface Mask {
  /** Latent of the picture, [b, c, h, w]. */
  readonly picture: Latent;
  /** 1 where it may change, 0 where it stays, [b, c, h, w]. */
  readonly change: Latent;
}

export interface DenoiserOptions {
  readonly plan: SamplingPlan;
  readonly prediction: Prediction;
  readonly guidance: Guidance;
  readonly predict: Predict;
  readonly mask?: Mask | undefined;
}

/** What a call gave. */
export interface Denoised {
  /** The guided answer of the sampler's family: the denoised x, or the noise in it. */
  readonly answer: Latent;
  /** The same without the prompt. Made when asked for, as are the pictures. */
  uncond(): Latent;
  /** The picture x₀ of the guided prediction, for previews. */
  picture(): Latent;
  /** The picture of the prompt alone: what is left when a run is stopped here. */
  promptPicture(): Latent;
}

/** The network with scaling, guidance and mask around it; counts its calls. */
export interface Denoiser {
  /** x at a noise level or training step, in the plan's family. */
  ask(x: Latent, at: number): Promise<Denoised>;
  readonly calls: number;
  /** Entries for what was left out on the way. */
  readonly infotext: InfoEntries;
}

/** Puts a network under a sampler. */
export function denoiser({ plan, prediction, guidance, predict, mask }: DenoiserOptions): Denoiser {
  const images = guidance.parts.length;
  const { sampler, options } = plan;
  const isTimestep = sampler.family === 'timestep';
  const ownGuidance = { ...guidance, scale: guidance.scale * (isTimestep ? (sampler.guidanceFactor ?? 1) : 1) };
  let calls = 0;
  let infotext: InfoEntries = {};

  const scalingAt = (at: number): Scaling => {
    if (isTimestep) return timestepScaling(plan.schedule, prediction, at);
    const scaling = sampler.consistency === true ? consistencyScaling : sigmaScaling;
    return scaling(plan.table, prediction, at);
  };
  /** Early calls and calls at low noise may do without the negative prompt. `at` is in the family's own unit. */
  const skipsNegative = (at: number): boolean => {
    if (options.skip_early_cond !== 0 && calls / plan.totalCalls <= options.skip_early_cond) {
      infotext = { ...infotext, 'Skip Early CFG': options.skip_early_cond };
      return true;
    }
    const turn = calls % 2 === 1 || options.s_min_uncond_all;
    if (!turn || !(at < options.s_min_uncond) || isEdit(guidance)) return false;
    infotext = {
      ...infotext,
      NGMS: options.s_min_uncond,
      ...(options.s_min_uncond_all ? { 'NGMS all steps': true } : {}),
    };
    return true;
  };

  return {
    async ask(asked, at) {
      // Over noise levels the mask is laid on the answer, over training steps on the question.
      const x = isTimestep && mask !== undefined ? blend(asked, mask) : asked;
      const size = x.length / images;
      const scaling = scalingAt(at);
      const rows = rowsOf(guidance, skipsNegative(at));
      const out = await predict({
        x: x.map((value) => value * scaling.input),
        rows,
        t: scaling.t,
        call: calls,
        done: { bySigma: scaling.done, byCalls: calls / plan.totalCalls },
      });
      calls++;

      // Scaling and guidance can change places but for rounding. The webui scales first; contrast is taken back from
      // what the network itself says.
      const scaledRows: Predictions = { rows, out: lincomb(scaling.skip, spreadRows(x, rows), scaling.out, out), size };
      const guided =
        (guidance.rescale ?? 0) > 0
          ? lincomb(scaling.skip, x, scaling.out, guide({ rows, out, size }, ownGuidance))
          : guide(scaledRows, ownGuidance);
      const answer = !isTimestep && mask !== undefined ? blend(guided, mask) : guided;
      const pictureOf = (latent: Latent): Latent =>
        lincomb(scaling.picture.fromX, x, scaling.picture.fromAnswer, latent);
      return {
        answer,
        uncond: () => gather(scaledRows, 'negative', images),
        picture: () => pictureOf(answer),
        promptPicture: () => pictureOf(gather(scaledRows, 'prompt', images)),
      };
    },
    get calls() {
      return calls;
    },
    get infotext() {
      return infotext;
    },
  };
}

/** x where it may change, the picture elsewhere. */
function blend(x: Latent, { picture, change }: Mask): Latent {
  return x.map((value, i) => value * change[i]! + picture[i]! * (1 - change[i]!));
}
