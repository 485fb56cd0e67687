import { basename } from 'node:path';
import { ModelError, RequestError } from '@graft/core/errors';
import type { ModelFile } from '@graft/core/formats';
import type { ImageCodec } from '@graft/core/image';
import { describeModel, refuseForeign, type ModelKind } from '@graft/core/models';
import { readRequest, type GenerateRequest } from '@graft/core/pipeline';
import type { LocalModels, NamedFile } from '../../model-source.ts';
import { isBundled } from '../../roots.ts';
import type { Arguments } from '../arguments.ts';
import type { Composed } from './compose.ts';
import { pictureReader } from './pictures-in.ts';
import { sizeFor, type Size } from './size.ts';

export interface Filled {
  /** Of the webui's API, with all that depends on the model. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly checkpoint: NamedFile;
}

interface Sources {
  readonly models: LocalModels;
  readonly codec: ImageCodec;
}

/**
 * Finds the models of a composed request and gives it the sizes and guidance that suit them. Throws as `findModels` does.
 */
export async function fillIn(given: Arguments, composed: Composed, { models, codec }: Sources): Promise<Filled> {
  const { base } = composed;
  const checkpoint =
    base === 'infotext' && !given.has('model')
      ? await modelsAgain(composed.body, models)
      : await findModels(composed.body, models);
  const { file } = await models.file(checkpoint.path);
  const body: Record<string, unknown> = { ...composed.body };
  // A request of the webui's API has its defaults.
  if (base === 'nothing') body['cfg_scale'] ??= isBundled(checkpoint.path) ? BUNDLED_CFG : CFG;
  if (base !== 'request' && (body['width'] === undefined || body['height'] === undefined)) {
    const natural = naturalSize(file);
    const [init] = (body['init_images'] ?? []) as Uint8Array[];
    const whole = init !== undefined && body['inpaint_full_res'] !== true;
    const size = whole ? sizeFor(await codec.decode(init, basename(given.value('init') ?? 'init')), natural) : natural;
    body['width'] ??= size.width;
    body['height'] ??= size.height;
  }
  return { body, checkpoint };
}

/**
 * Finds every model that a request names, and gives its checkpoint. Throws as `LocalModels` does, and ModelError for a file that is used
 * otherwise.
 */
export async function findModels(body: Composed['body'], models: LocalModels): Promise<NamedFile> {
  const settings = body.override_settings;
  const checkpoint = models.checkpoint(textOf(settings['sd_model_checkpoint']));
  await checkKind(checkpoint, 'checkpoint', models);
  const vae = await models.vae(checkpoint, textOf(settings['sd_vae']));
  if (vae) await checkKind(vae, 'vae', models);
  const { te1, te2 } = models.texts();
  for (const text of [te1, te2]) if (text) await checkKind(text, 'text-encoder', models);
  for (const field of ['refiner_checkpoint', 'hr_checkpoint_name']) {
    const name = textOf(body[field]);
    if (name !== '' && name !== 'None' && !name.startsWith('Use same '))
      await checkKind(findUnder(field, name, models), 'checkpoint', models);
  }
  return checkpoint;
}

/** Finds a checkpoint that another field than the usual one names. */
function findUnder(field: string, name: string, models: LocalModels): NamedFile {
  try {
    return models.checkpoint(name);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { field: usual, message, hint } = error;
    throw new RequestError(field, message.slice(`${usual}: `.length), { hint, cause: error });
  }
}

/** What a file is to be used as, and the word for it. */
type Wanted = 'checkpoint' | 'vae' | 'text-encoder';
const WORDS: Readonly<Record<Wanted, string>> = {
  checkpoint: 'checkpoint',
  vae: 'VAE',
  'text-encoder': 'text encoder',
};

/** How files that are no checkpoints are used. */
const USES: ReadonlyMap<ModelKind, string> = new Map([
  ['adapter', 'Name it in the prompt instead: <lora:NAME:1>.'],
  ['hypernetwork', 'Name it in the prompt instead: <hypernet:NAME:1>.'],
  ['embedding', 'Write its name into the prompt instead.'],
  ['vae', 'Give it with --vae instead.'],
  ['text-encoder', 'Give it with --text-encoder, or --text-encoder-2, instead.'],
]);

/** Throws ModelError for a file that is used otherwise than as `wanted`. */
async function checkKind({ path }: NamedFile, wanted: Wanted, models: LocalModels): Promise<void> {
  const { file } = await models.file(path);
  const description = describeModel(file);
  refuseForeign(description);
  const hint = USES.get(description.kind);
  if (hint === undefined || description.kind === wanted) return;
  throw new ModelError(file.name, `is no ${WORDS[wanted]} (${description.what})`, { hint });
}

/** The models that a picture was drawn with. */
async function modelsAgain(body: Composed['body'], models: LocalModels): Promise<NamedFile> {
  try {
    return await findModels(body, models);
  } catch (error) {
    if (!(error instanceof RequestError) || error.field !== 'sd_model_checkpoint') throw error;
    const name = textOf(body.override_settings['sd_model_checkpoint']);
    throw new RequestError('--from', `the picture's model "${name}" is not there`, {
      hint: 'Choose another with --model NAME; graft models lists what there is.',
      cause: error,
    });
  }
}

/** The request of a command line, complete and checked, pictures too. Throws RequestError, FormatError, SdError `file`. */
export async function readRequestFor(
  given: Arguments,
  composed: Composed,
  sources: Sources,
): Promise<{ readonly request: GenerateRequest; readonly checkpoint: NamedFile }> {
  const { body, checkpoint } = await fillIn(given, composed, sources);
  const request = readRequest(composed.kind, body, pictureReader(composed.folder));
  if (request.kind === 'img2img') {
    for (const [i, bytes] of request.init_images.entries()) await sources.codec.decode(bytes, `init_images[${i}]`);
    if (request.mask) await sources.codec.decode(request.mask, 'mask');
  }
  return { request, checkpoint };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The webui's, and what suits the small model. */
const CFG = 7;
const BUNDLED_CFG = 4.5;

/** Sides in pixels that base models were trained at; 512 for others. */
const TRAINED: ReadonlyMap<string, number> = new Map([
  ['SD2', 768],
  ['SDXL', 1024],
  ['SDXL refiner', 1024],
]);

/** The size that a model draws best: what its file says, else that of its kind. */
function naturalSize(file: ModelFile): Size {
  const told = /^(\d{2,4})x(\d{2,4})$/.exec(file.metadata.get('modelspec.resolution') ?? '');
  if (told) {
    const own = { width: Number(told[1]), height: Number(told[2]) };
    return sizeFor(own, own);
  }
  const [base = ''] = describeModel(file).bases;
  const side = TRAINED.get(base) ?? 512;
  return { width: side, height: side };
}
