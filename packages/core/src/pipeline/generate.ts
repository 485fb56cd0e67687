import type { InfoEntries } from '../diffusion/index.ts';
import { throwIfAborted } from '../errors/index.ts';
import type { InfotextValue } from '../formats/index.ts';
import { applyOverlay, correctColors, tensorToPicture, type Picture } from '../image/index.ts';
import type { GenerateHooks, PipelineContext } from './context.ts';
import { adapterHashes } from './extra-networks.ts';
import { describePicture, hiresEntries, timelineEntries } from './infotext.ts';
import { encoderEntries, initImage, type InitImage } from './init-image.ts';
import { batchSeeds, createJob, planPass, tiles, type Job } from './job.ts';
import { enlarge } from './enlarge.ts';
import { checkVaeMethods, decodeLatents, imageAt } from './latents.ts';
import { openLaterModels } from './later-models.ts';
import type { LoadedModel } from './model.ts';
import { passNoise, passTexts, runPass, type PassResult } from './pass.ts';
import { conditioningFromNothing } from './picture-conditioning.ts';
import type { GenerateRequest } from './request.ts';
import { unwrittenNotes } from './unwritten.ts';

/** A finished picture. */
export interface GeneratedPicture {
  readonly picture: Picture;
  /** What was asked for, as the webui writes it into the file. */
  readonly infotext: string;
  readonly seed: bigint;
  readonly subseed: bigint;
  /** Place among all pictures of the request. */
  readonly index: number;
  /** Things the user should know. */
  readonly notes: readonly string[];
}

/**
 * Carries out a request: pictures one by one, each batch as it is done. The same request always gives the same pictures.
 * Throws RequestError before anything is loaded for what can be seen by then; later ModelError, RuntimeError, AbortedError.
 */
export async function* generate(
  request: GenerateRequest,
  context: PipelineContext,
  hooks: GenerateHooks = {},
): AsyncGenerator<GeneratedPicture, void, undefined> {
  const job = await createJob(request, context, hooks);
  const { extras } = job;
  const notes = [...extras.first.notes, ...(job.hires ? extras.second.notes : [])];
  const size = request.batch_size;
  let model = await job.open();
  // What does not fit is told before any work.
  const hiresModel = await openLaterModels(job, model);
  notes.push(...(await extras.embeddings(extras.first, model)).notes);
  notes.push(...unwrittenNotes(job, hiresModel ? [model, hiresModel] : [model]));
  await checkVaeMethods(model, request.options);
  if (request.kind === 'txt2img' && model.networks.conditioning.base === 'SDXL refiner')
    notes.push(refinerAlone(model));
  let init: InitImage | undefined;
  if (request.kind === 'img2img') {
    const { seeds } = batchSeeds(job, 0, size * request.n_iter);
    init = await initImage({
      request,
      model,
      codec: context.codec,
      seeds,
      source: job.source,
      random: job.random,
      cancel: hooks.cancel,
    });
    notes.push(...init.notes);
    if (request.tiling && !tiles(request))
      notes.push('As in the webui, "tiling" does nothing here; the setting "tiling" does.');
  }
  if (hiresModel) await checkVaeMethods(hiresModel, request.options);
  const before = [...(init?.extra ?? []), ...(await hiresEntries(job, hiresModel)), ...(await networkEntries(job))];
  const count = init ? init.latent.shape[0]! : size;
  for (let iteration = 0; iteration < request.n_iter; iteration++) {
    throwIfAborted(hooks.cancel);
    if (hooks.interrupt?.aborted === true) return;
    // A refiner or a second checkpoint may have been the last to draw.
    model = await job.open();
    const first = await firstPass(job, { model, init, iteration, count });
    const last: PassResult = job.hires
      ? await secondPass(job, { first, model: hiresModel ?? model, iteration, count })
      : first;
    yield* finish(job, {
      result: last,
      first,
      infotext: {
        ...noiseMultiplier(request),
        ...first.infotext,
        ...timelineEntries(last.oldTimelines && !first.oldTimelines),
        ...without(last.infotext, 'Schedule type'),
      },
      model,
      init,
      iteration,
      count,
      before,
      notes: [...new Set([...notes, ...first.notes, ...last.notes])],
    });
    if (last.interrupted) return;
  }
}

function refinerAlone({ name }: LoadedModel): string {
  return `${name} is the refiner of SDXL, made to finish what SDXL has begun: as the refiner of a request, or over a picture. Alone it draws less well.`;
}

/** A second pass tells its schedule under a name of its own. */
function without(entries: InfoEntries, name: string): InfoEntries {
  return Object.fromEntries(Object.entries(entries).filter(([key]) => key !== name));
}

/** The hashes of adapters, of both passes. */
async function networkEntries({ request, extras, hires }: Job): Promise<(readonly [string, InfotextValue])[]> {
  if (!request.options.lora_add_hashes_to_infotext) return [];
  const hashes = await adapterHashes([...extras.first.adapters, ...(hires ? extras.second.adapters : [])]);
  return hashes === undefined ? [] : [['Lora hashes', hashes]];
}

function noiseMultiplier(request: GenerateRequest): InfoEntries {
  const value = multiplierOf(request);
  return value === 1 ? {} : { 'Noise multiplier': value };
}

function multiplierOf(request: GenerateRequest): number {
  return request.kind === 'img2img'
    ? (request.initial_noise_multiplier ?? request.options.initial_noise_multiplier)
    : 1;
}

interface Batch {
  readonly model: LoadedModel;
  readonly iteration: number;
  readonly count: number;
}

async function firstPass(
  job: Job,
  { model, init, iteration, count }: Batch & { readonly init: InitImage | undefined },
): Promise<PassResult> {
  const { request, hooks, random } = job;
  const seeds = batchSeeds(job, iteration * request.batch_size, count);
  const channels = init ? init.latent.shape[1]! : latentChannels(model);
  const shape = [channels, Math.floor(request.height / 8), Math.floor(request.width / 8)] as const;
  const { noise, start } = passNoise(job, { shape, ...seeds });
  const multiplier = multiplierOf(request);
  const picture = init
    ? init.picture
    : await conditioningFromNothing(
        model,
        request,
        random.generator(),
        { count, method: request.options.sd_vae_encode_method },
        hooks.cancel,
      );
  const result = await runPass({
    job,
    name: 'first',
    iteration,
    model,
    plan: planPass(
      job,
      { choice: job.choice, steps: request.steps, strength: init ? (request.denoising_strength ?? 0) : undefined },
      model,
    ),
    seeds: seeds.seeds,
    shape,
    start: multiplier === 1 ? start : start.map((v) => v * multiplier),
    noise,
    latent: init?.latent.data,
    picture,
    mask: init?.mask,
    networks: job.extras.first,
    encode: passTexts(job, count, false),
  });
  const { mask } = init ?? {};
  const latents = mask
    ? {
        shape: result.latents.shape,
        data: result.latents.data.map((v, i) => v * mask.change[i]! + mask.picture[i]! * (1 - mask.change[i]!)),
      }
    : result.latents;
  hooks.trace?.onLatents?.(latents, 'first');
  return { ...result, latents };
}

function latentChannels(model: LoadedModel): number {
  return model.networks.unet.outChannels;
}

async function secondPass(
  job: Job,
  { first, model, iteration, count }: Batch & { readonly first: PassResult },
): Promise<PassResult> {
  const { request, hires, hooks } = job;
  if (!hires) return first;
  const seeds = batchSeeds(job, iteration * request.batch_size, count);
  const { latents, picture } = await enlarge(job, hires, first, model);
  const shape = latents.shape.slice(1) as unknown as readonly [number, number, number];
  const { noise, start } = passNoise(job, { shape, ...seeds });
  const result = await runPass({
    job,
    name: 'second',
    iteration,
    model,
    plan: planPass(
      job,
      { choice: hires.choice, steps: hires.steps, strength: request.denoising_strength ?? 0, second: true },
      model,
    ),
    seeds: seeds.seeds,
    shape,
    start,
    noise,
    latent: latents.data,
    picture,
    networks: job.extras.second,
    encode: passTexts(job, count, true),
  });
  hooks.trace?.onLatents?.(result.latents, 'second');
  return hires.latent ? result : { ...result, infotext: { ...encoderEntries(request.options), ...result.infotext } };
}

interface Finish extends Batch {
  readonly result: PassResult;
  readonly first: PassResult;
  readonly infotext: InfoEntries;
  readonly init: InitImage | undefined;
  readonly before: readonly (readonly [string, InfotextValue])[];
  readonly notes: readonly string[];
}

/** Latents of a batch become pictures with their infotexts. */
async function* finish(
  job: Job,
  { result, first, infotext, model, init, iteration, count, before, notes }: Finish,
): AsyncGenerator<GeneratedPicture> {
  const { request, hooks } = job;
  const method = request.options.sd_vae_decode_method;
  const { seeds, subseeds } = batchSeeds(job, iteration * request.batch_size, count);
  const embeddings = await job.extras.embeddings(job.extras.first, model);
  const { encoded, oldTimelines } = first;
  const facts = { model, before, encoded, oldTimelines, embeddingHash: embeddings.hash };
  const during = method === 'Full' ? infotext : { ...infotext, 'VAE Decoder': method };
  for (let i = 0; i < count; i++) {
    const [pixels] = await decodeLatents(result.model, imageAt(result.latents, i), method, hooks.cancel);
    let picture = tensorToPicture(pixels!);
    const colors = init?.colors[i];
    if (colors) picture = correctColors(picture, colors);
    const laid = init?.overlays[i];
    if (laid && request.options.overlay_inpaint) picture = applyOverlay(picture, laid.overlay, laid.place);
    const [seed, subseed] = [BigInt(seeds[i]!), BigInt(subseeds[i]!)];
    yield {
      picture,
      infotext: await describePicture(job, { ...facts, seed, subseed, during }),
      seed,
      subseed,
      index: iteration * count + i,
      notes,
    };
  }
}
