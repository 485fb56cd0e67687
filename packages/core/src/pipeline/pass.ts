import {
  imageNoise,
  promptSteps,
  runSampling,
  samplerNoise,
  type ImageNoise,
  type InfoEntries,
  type Latent,
  type Mask,
  type ModelCall,
  type SamplingPlan,
} from '../diffusion/index.ts';
import { tensor, type Seed, type Tensor } from '../tensor/index.ts';
import type { PromptNetworks } from './extra-networks.ts';
import type { Job } from './job.ts';
import { networksFor, refinerName } from './later-models.ts';
import { pictureInput, type LoadedModel } from './model.ts';
import { predictor, type PictureConditioning, type PredictorState } from './predictor.ts';
import { misfitNote } from './prompt-embeddings.ts';
import { createPreviews } from './previews.ts';
import { promptEncoder, type EncodedTexts } from './prompt-encoder.ts';
import { promptNetworks } from './prompts.ts';
import { textConditioning, type TextConditioning } from './text-conditioning.ts';

/** One run of a sampler over a batch. */
export interface Pass {
  readonly job: Job;
  readonly name: 'first' | 'second';
  readonly iteration: number;
  readonly model: LoadedModel;
  readonly plan: SamplingPlan;
  readonly seeds: readonly Seed[];
  /** [c, h, w] of one latent. */
  readonly shape: readonly [c: number, h: number, w: number];
  /** Unit noise that it starts from, and the streams it came from. */
  readonly start: Latent;
  readonly noise: ImageNoise;
  /** Latent that it starts from, [b, c, h, w]. */
  readonly latent?: Latent | undefined;
  readonly picture: PictureConditioning | undefined;
  readonly mask?: Mask | undefined;
  /** Adapters and hypernetworks that are on its models. */
  readonly networks: PromptNetworks;
  /** Encodes the pass's prompts with a model's text tower. */
  encode(model: LoadedModel): Promise<TextConditioning>;
}

export interface PassResult {
  readonly latents: Tensor;
  /** The model that drew last: a refiner, if one took over. */
  readonly model: LoadedModel;
  readonly infotext: InfoEntries;
  /** What was encoded before the first step. */
  readonly encoded: readonly EncodedTexts[];
  /** Whether its prompts were edited at the steps of old timelines. */
  readonly oldTimelines: boolean;
  readonly interrupted: boolean;
  /** Things the user should know. */
  readonly notes: readonly string[];
}

/** Runs a pass. Throws AbortedError, and the errors of prompts and networks. */
export async function runPass(pass: Pass): Promise<PassResult> {
  const { job, name, plan, shape, seeds } = pass;
  const { request, hooks } = job;
  const { trace } = hooks;
  const steps = stepsOf(pass);
  const { model, notes } = await pass.model.with(pass.networks, passOf(pass));
  const text = await ready(pass, model);
  const first: PredictorState = { networks: model.networks, text, picture: pass.picture };
  const refiner = refinerOf(pass);
  const previews = createPreviews(model, request.options.show_progress_type, hooks.cancel);
  let padded = false;

  trace?.onStart?.({ pass: name, noise: pass.start, latent: pass.latent, picture: pass.picture?.channels.data });
  const sampling = runSampling({
    plan,
    prediction: model.prediction,
    guidance: {
      scale: request.cfg_scale,
      parts: text.parts,
      imageScale:
        pictureInput(model) === 'edit' && request.kind === 'img2img'
          ? (request.image_cfg_scale ?? undefined)
          : undefined,
      rescale: request.options.cfg_rescale,
    },
    predict: predictor({
      shape,
      steps,
      cancel: hooks.cancel,
      async state(call) {
        await previews.settle();
        return (await refiner.state(call)) ?? first;
      },
      onPadded: () => (padded = true),
      ...(trace?.onText ? { onText: (cond, uncond, call) => trace.onText?.(cond, uncond, call) } : {}),
    }),
    mask: pass.mask,
    start: pass.start,
    picture: pass.latent,
    noise: samplerNoise(plan, pass.noise, { source: job.source, seeds, size: shape[0] * shape[1] * shape[2] }),
    cancel: hooks.cancel,
    interrupt: hooks.interrupt,
    onCall(progress) {
      previews.see(() => tensor([seeds.length, ...shape], progress.denoised.picture()));
      trace?.onCall?.({ ...progress, pass: name });
      hooks.onProgress?.({
        iteration: pass.iteration,
        iterations: request.n_iter,
        pass: name,
        calls: progress.calls,
        totalCalls: progress.totalCalls,
        width: 8 * shape[2],
        height: 8 * shape[1],
        preview: () => previews.ask(),
      });
    },
  });
  // Who waits for a preview gets it, also when the pass fails.
  await Promise.allSettled([sampling]);
  await previews.end();
  const result = await sampling;
  const embeddingNotes = text.encoded.flatMap(({ misfits, taken, doubled }) => [
    ...misfits.map((one) => misfitNote(one, model.networks.texts)),
    ...taken.map(
      (name) => `"${name}" is an embedding here, and not the word; call its file otherwise to have the word.`,
    ),
    ...doubled.map(
      (name) =>
        `Several files are an embedding "${name}": the last in the order of their paths is used. Rename the others to have them.`,
    ),
  ]);
  const pad = request.options.pad_cond_uncond_v0 ? { 'Pad conds v0': true } : { 'Pad conds': true };
  return {
    latents: tensor([seeds.length, ...shape], result.latent),
    model: refiner.model() ?? model,
    infotext: { ...refiner.infotext(), ...result.infotext, ...(padded ? pad : {}) },
    encoded: text.encoded,
    oldTimelines: text.oldTimelines,
    interrupted: result.interrupted,
    notes: [...notes, ...refiner.notes(), ...previews.notes(), ...embeddingNotes],
  };
}

/** The pass's texts. The engine loads the UNet, with what networks make of it, while they are worked on; what they need comes first. */
async function ready(pass: Pass, model: LoadedModel): Promise<TextConditioning> {
  const [, height, width] = pass.shape;
  const encoding = pass.encode(model);
  // One noise level or step is where a run ends: it makes no call.
  const loading = pass.plan.values.length < 2 ? undefined : model.networks.prepare({ height, width });
  const [text] = await Promise.all([encoding, loading]);
  return text;
}

/** Steps by which strengths over a pass count. */
function stepsOf({ job, name }: Pass): number {
  return name === 'second' && job.hires ? job.hires.steps : job.request.steps;
}

function passOf(pass: Pass): Parameters<LoadedModel['with']>[1] {
  return { steps: stepsOf(pass), hires: pass.name === 'second' };
}

interface Refiner {
  /** The refiner's networks once it has taken over. */
  state(call: ModelCall): Promise<PredictorState | undefined>;
  model(): LoadedModel | undefined;
  notes(): readonly string[];
  infotext(): InfoEntries;
}

/** A second checkpoint that takes over when a part of the noise is gone (A1111 `apply_refiner`). */
function refinerOf(pass: Pass): Refiner {
  const { job } = pass;
  const { refiner_switch_at: at, options } = job.request;
  const checkpoint = refinerName(job.request);
  const which = options.hires_fix_refiner_pass;
  let taken:
    | {
        readonly model: LoadedModel;
        readonly state: PredictorState;
        readonly title: string;
        readonly notes: readonly string[];
      }
    | undefined;
  return {
    async state({ done }) {
      if (checkpoint === undefined) return undefined;
      if (job.hires && which !== 'both passes' && which !== `${pass.name} pass`) return undefined;
      const ratio = options.refiner_switch_by_sample_steps ? done.byCalls : done.bySigma;
      if (!taken && (at === null || ratio >= at)) {
        const opened = await job.open(checkpoint);
        if (opened.name === pass.model.name) return undefined;
        const fitting = networksFor(opened, pass.networks);
        const { model } = await opened.with(fitting.networks, passOf(pass));
        const hash = await model.hash();
        const title = hash === undefined ? model.name : `${model.name} [${hash}]`;
        const text = await ready(pass, model);
        const misfits = text.encoded.flatMap((one) => one.misfits);
        taken = {
          model,
          title,
          notes: [...fitting.notes, ...misfits.map((one) => misfitNote(one, model.networks.texts, 'refiner'))],
          state: { networks: model.networks, text, picture: pass.picture },
        };
      }
      return taken?.state;
    },
    model: () => taken?.model,
    notes: () => taken?.notes ?? [],
    infotext: () =>
      taken
        ? {
            ...(options.refiner_switch_by_sample_steps ? { 'Refiner switch by sampling steps': true } : {}),
            ...(job.hires && which !== 'second pass' ? { 'Hires refiner': which } : {}),
            Refiner: taken.title,
            ...(at === null ? {} : { 'Refiner switch at': at }),
          }
        : {},
  };
}

export interface PassNoiseInput {
  readonly shape: readonly [c: number, h: number, w: number];
  readonly seeds: readonly Seed[];
  readonly subseeds: readonly Seed[];
}

/** The noise streams of a pass's images and their first draw. */
export function passNoise(
  job: Job,
  { shape, seeds, subseeds }: PassNoiseInput,
): { readonly noise: ImageNoise; readonly start: Latent } {
  const { request, source, random } = job;
  const noise = imageNoise({
    source,
    shape,
    seeds,
    subseeds,
    subseedStrength: request.subseed_strength,
    seedResizeFrom: { height: request.seed_resize_from_h, width: request.seed_resize_from_w },
    seedDelta: request.options.eta_noise_seed_delta,
  });
  const start = noise.next();
  random.afterStart(seeds);
  return { noise, start };
}

/** Encodes a pass's prompts for a batch of `count`; a second pass's schedules go on where the first one's ended. */
export function passTexts(job: Job, count: number, second: boolean): Pass['encode'] {
  const { request, texts, choice, hires, extras } = job;
  const { options } = request;
  const ownTexts = second && !options.hires_fix_use_firstpass_conds;
  const prompt = promptNetworks(ownTexts ? texts.hiresPrompt : texts.prompt).text;
  const negative = ownTexts ? texts.hiresNegative : texts.negative;
  const size = second && hires ? hires : request;
  return async (model) => {
    const embeddings = await extras.embeddings(second ? extras.second : extras.first, model);
    return textConditioning({
      prompts: new Array<string>(count).fill(prompt),
      negatives: new Array<string>(count).fill(negative),
      steps: promptSteps(choice.sampler, request.steps),
      hiresSteps: ownTexts && hires ? promptSteps(hires.choice.sampler, hires.steps) : undefined,
      options,
      encoder: promptEncoder(model.networks, { options, embeddings, size }),
    });
  };
}
