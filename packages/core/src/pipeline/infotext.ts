import { findScheduler, type InfoEntries } from '../diffusion/index.ts';
import { float, writeInfotext, type InfotextValue } from '../formats/index.ts';
import type { Seed } from '../tensor/index.ts';
import type { Job } from './job.ts';
import { plainName } from './extra-networks.ts';
import { pictureInput, type LoadedModel } from './model.ts';
import type { Options } from './options.ts';
import type { EncodedTexts } from './prompt-encoder.ts';
import { tellsEnsd } from './unwritten.ts';

/** The webui whose pictures these are: readers decide by it which old rules apply. */
const VERSION = 'v1.10.1';

export interface PictureFacts {
  readonly seed: Seed;
  readonly subseed: Seed;
  /** The model that the request named. */
  readonly model: LoadedModel;
  /** Entries of the start picture, mask and second pass … */
  readonly before: readonly (readonly [string, InfotextValue])[];
  /** … and of sampling and decoding, in the order that they came. */
  readonly during: InfoEntries;
  /** Whether the first pass's texts are edited at the steps of old timelines … */
  readonly oldTimelines: boolean;
  /** … what they hold, and the hash of an embedding in them. */
  readonly encoded: readonly EncodedTexts[];
  readonly embeddingHash: (name: string) => Promise<string | undefined>;
}

/** Entries that the webui keeps as floats: whole ones print with ".0". */
const FLOATS = new Set([
  'Noise multiplier',
  'Extra noise',
  'Eta',
  'Eta DDIM',
  'Sigma churn',
  'Sigma tmin',
  'Sigma tmax',
  'Sigma noise',
  'Schedule min sigma',
  'Schedule max sigma',
  'Schedule rho',
  'Beta schedule alpha',
  'Beta schedule beta',
  'NGMS',
  'Skip Early CFG',
  'Refiner switch at',
]);

/** The infotext of one picture of a job. */
export async function describePicture(job: Job, facts: PictureFacts): Promise<string> {
  const { request, texts, choice } = job;
  const { options } = request;
  const { model } = facts;
  const resize = { width: request.seed_resize_from_w, height: request.seed_resize_from_h };
  const [hash, vaeHash] = await Promise.all([
    options.add_model_hash_to_info ? model.hash() : undefined,
    options.add_vae_hash_to_info ? model.vae?.hash() : undefined,
  ]);
  return writeInfotext({
    prompt: texts.prompt,
    negativePrompt: texts.negative,
    steps: request.steps,
    sampler: choice.sampler.name,
    scheduleType: choice.scheduler.label,
    cfgScale: request.cfg_scale,
    imageCfgScale:
      pictureInput(model) === 'edit' && request.kind === 'img2img' ? (request.image_cfg_scale ?? undefined) : undefined,
    seed: BigInt(facts.seed),
    width: request.width,
    height: request.height,
    modelHash: hash,
    model: options.add_model_name_to_info ? model.name : undefined,
    vaeHash,
    vae: options.add_vae_name_to_info ? model.vae?.name : undefined,
    variationSeed: BigInt(facts.subseed),
    variationSeedStrength: request.subseed_strength,
    seedResizeFrom: resize.width > 0 && resize.height > 0 ? resize : undefined,
    denoisingStrength: request.kind === 'img2img' || job.hires ? (request.denoising_strength ?? undefined) : undefined,
    conditionalMaskWeight: tellsMaskWeight(job, model) ? options.inpainting_mask_weight : undefined,
    clipSkip: options.CLIP_stop_at_last_layers,
    ensd: tellsEnsd(job) ? options.eta_noise_seed_delta : undefined,
    rng: options.randn_source,
    tiling: request.tiling || options.tiling,
    extra: [...facts.before, ...(await textEntries(job, facts)), ...during(facts.during), ...predictionEntry(options)],
    version: options.add_version_to_infotext ? VERSION : undefined,
  });
}

/** Of an SDXL model that inpaints the webui tells the weight only where there was a picture to mask. */
function tellsMaskWeight({ request, hires }: Job, model: LoadedModel): boolean {
  if (pictureInput(model) !== 'inpaint') return false;
  if (request.kind === 'img2img' || model.networks.conditioning.latents !== 'sdxl') return true;
  return hires !== undefined && (hires.latent === undefined || request.options.inpainting_mask_weight < 1);
}

/** What prompts that are edited at the steps of old timelines add. */
export function timelineEntries(old: boolean): InfoEntries {
  return old ? { 'Old prompt editing timelines': true } : {};
}

/** What was said of the checkpoint; what was found out is found out again. */
function predictionEntry({ prediction }: Options): (readonly [string, InfotextValue])[] {
  return prediction === 'Automatic' ? [] : [['Prediction type', prediction]];
}

function during(entries: InfoEntries): (readonly [string, InfotextValue])[] {
  return Object.entries(entries).map(
    ([name, value]) => [name, FLOATS.has(name) && typeof value === 'number' ? float(value) : value] as const,
  );
}

/**
 * What encoding the texts adds, in the order in which it comes to it. Emphasis is told only where a bracket could have meant something;
 * of the hashes of embeddings those of later texts stand before those of earlier ones.
 */
async function textEntries(
  { request }: Job,
  { oldTimelines, encoded, embeddingHash }: Pick<PictureFacts, 'oldTimelines' | 'encoded' | 'embeddingHash'>,
): Promise<(readonly [string, InfotextValue])[]> {
  const mode = request.options.emphasis;
  const entries = new Map<string, string>();
  for (const { embeddings, brackets } of encoded) {
    const hashes: string[] = [];
    for (const name of embeddings) {
      const hash = await embeddingHash(name);
      if (hash !== undefined) hashes.push(`${plainName(name)}: ${hash}`);
    }
    const earlier = entries.get('TI hashes');
    if (hashes.length > 0)
      entries.set('TI hashes', [...hashes, ...(earlier === undefined ? [] : [earlier])].join(', '));
    if (brackets && mode !== 'Original') entries.set('Emphasis', mode);
  }
  return [...Object.entries(timelineEntries(oldTimelines)), ...entries];
}

/** Entries of a second pass, in the webui's order. */
export async function hiresEntries(
  job: Job,
  checkpoint: LoadedModel | undefined,
): Promise<(readonly [string, InfotextValue])[]> {
  const { request, texts, hires, choice } = job;
  if (!hires || request.kind !== 'txt2img') return [];
  const hash = await checkpoint?.hash();
  const title =
    checkpoint === undefined ? undefined : hash === undefined ? checkpoint.name : `${checkpoint.name} [${hash}]`;
  const label = (chosen: typeof choice): string => {
    const own = chosen.scheduler.name === 'automatic' ? chosen.sampler.scheduler : chosen.scheduler.name;
    return own ?? 'automatic';
  };
  const differs = label(hires.choice) !== label(choice) && label(hires.choice) !== 'automatic';
  const resized = request.hr_resize_x !== 0 || request.hr_resize_y !== 0;
  const entries: (readonly [string, InfotextValue])[] = [];
  if (title !== undefined) entries.push(['Hires checkpoint', title]);
  if (hires.choice.sampler.name !== choice.sampler.name) entries.push(['Hires sampler', hires.choice.sampler.name]);
  entries.push(
    ['Hires prompt', texts.hiresPrompt === texts.prompt ? null : texts.hiresPrompt],
    ['Hires negative prompt', texts.hiresNegative === texts.negative ? null : texts.hiresNegative],
    ['Hires schedule type', differs ? findScheduler(label(hires.choice), job.context.schedulers).label : null],
    resized
      ? ['Hires resize', `${request.hr_resize_x}x${request.hr_resize_y}`]
      : ['Hires upscale', float(request.hr_scale)],
  );
  if (request.hr_second_pass_steps !== 0) entries.push(['Hires steps', request.hr_second_pass_steps]);
  if (request.hr_upscaler !== null) entries.push(['Hires upscaler', request.hr_upscaler]);
  return entries;
}
