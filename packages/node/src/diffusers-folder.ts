import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readPrediction, type DiffusersPart } from '@graft/core/models';
import { FormatError, ModelError } from '@graft/core/errors';
import { fileError } from './files.ts';
import { readJsonFile } from './json-file.ts';
import type { NamedConfig } from './model-config.ts';

/** What tells a diffusers folder, and names its networks. */
export const DIFFUSERS_INDEX = 'model_index.json';

/** The networks that are read, and the classes that they may be of. */
const CLASSES: Readonly<Record<DiffusersPart, readonly string[]>> = {
  unet: ['UNet2DConditionModel'],
  vae: ['AutoencoderKL'],
  text_encoder: ['CLIPTextModel', 'CLIPTextModelWithProjection'],
  text_encoder_2: ['CLIPTextModel', 'CLIPTextModelWithProjection'],
};
const PARTS = Object.keys(CLASSES) as readonly DiffusersPart[];

/** A folder as diffusers saves pipelines. */
export interface DiffusersFolder {
  readonly path: string;
  /** The files of each network that is there; those in several pieces in order. */
  readonly files: ReadonlyMap<DiffusersPart, readonly string[]>;
}

/** The folder that a path means: one with a `model_index.json`, or that file itself. Undefined for other paths. */
export async function diffusersPath(path: string): Promise<string | undefined> {
  const folder = basename(path) === DIFFUSERS_INDEX ? dirname(path) : path;
  const index = await stat(join(folder, DIFFUSERS_INDEX)).catch(() => undefined);
  return index?.isFile() === true ? resolve(folder) : undefined;
}

/** What people call a folder: its name; in the cache of the Hugging Face hub, where folders are named by hashes, that of the model. */
export function diffusersName(path: string): string {
  const hub = /[/\\]models--(?:[^/\\]+--)?([^/\\]+)[/\\]snapshots[/\\][^/\\]+$/.exec(resolve(path));
  return hub?.[1] ?? basename(resolve(path));
}

/**
 * Finds the files of a folder's networks. Throws FormatError for broken lists, ModelError for pipelines with other networks than Stable
 * Diffusion's and for networks without a file, SdError `file`.
 */
export async function readDiffusersFolder(path: string): Promise<DiffusersFolder> {
  const index = await readJsonFile(join(path, DIFFUSERS_INDEX));
  const name = diffusersName(path);
  const pipeline = typeof index['_class_name'] === 'string' ? index['_class_name'] : 'unknown pipeline';
  const classes = new Map(Object.entries(index).flatMap(([part, value]) => classOf(part, value)));
  const foreign = [...classes].find(([part, type]) => isPart(part) && !CLASSES[part].includes(type));
  if (foreign !== undefined || !classes.has('unet')) {
    throw new ModelError(
      name,
      foreign === undefined
        ? `is a ${pipeline} without a UNet, which Graft does not draw with`
        : `is a ${pipeline} whose ${foreign[0]} is a ${foreign[1]}, which Graft does not draw with`,
      { hint: 'Graft draws with Stable Diffusion 1, 2 and XL.' },
    );
  }
  const files = new Map<DiffusersPart, readonly string[]>();
  for (const part of PARTS) if (classes.has(part)) files.set(part, await weightFiles(join(path, part), name));
  return { path, files };
}

function isPart(part: string): part is DiffusersPart {
  return Object.hasOwn(CLASSES, part);
}

/** `"unet": ["diffusers", "UNet2DConditionModel"]`; [null, null] where a pipeline was saved without it. */
function classOf(part: string, value: unknown): [string, string][] {
  return Array.isArray(value) && typeof value[1] === 'string' ? [[part, value[1]]] : [];
}

/** Names of weights and of lists of their pieces: diffusers', transformers', and the variants of both. */
const WEIGHTS = /^(?:diffusion_pytorch_model|model|pytorch_model)(?:\.(\w+))?\.(safetensors|bin)$/;
const LIST =
  /^(?:diffusion_pytorch_model|model|pytorch_model)(?:\.(\w+))?\.(safetensors|bin)\.index(?:\.(\w+))?\.json$/;
/** Variants in the order of their use, after the plain file; others, such as non_ema, come last. */
const VARIANTS: readonly (string | undefined)[] = [undefined, 'fp32', 'fp16', 'bf16'];

/** The files of one network: the plain ones before variants, safetensors before torch files, whole before pieces. */
async function weightFiles(folder: string, model: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileError(folder, 'read', error);
  });
  const found = names.flatMap((name) => {
    const [whole, list] = [WEIGHTS.exec(name), LIST.exec(name)];
    const match = whole ?? list;
    if (match === null) return [];
    const variant = match[1] ?? match[3];
    const place = VARIANTS.indexOf(variant);
    const order = 4 * (place < 0 ? VARIANTS.length : place) + (match[2] === 'bin' ? 2 : 0) + (whole ? 0 : 1);
    return [{ name, order, isList: whole === null }];
  });
  const [best] = found.toSorted((a, b) => a.order - b.order);
  if (best === undefined) {
    throw new ModelError(model, `its folder ${basename(folder)} holds no weights`, {
      hint: 'Download that folder again, with its .safetensors files.',
    });
  }
  if (!best.isList) return [join(folder, best.name)];
  const { weight_map: map } = await readJsonFile(join(folder, best.name));
  const pieces = new Set(typeof map === 'object' && map !== null ? Object.values(map) : []);
  if (pieces.size === 0) throw new FormatError('bad-header', best.name, 'lists no files');
  return [...pieces].map((piece) => {
    // What is listed lies in the same folder and nowhere else.
    if (typeof piece !== 'string' || piece === '' || piece !== basename(piece) || /^\.\.?$|[\\/:\0]/.test(piece))
      throw new FormatError('bad-header', best.name, 'lists what is no name of a file');
    return join(folder, piece);
  });
}

/** What the folder's scheduler says of the noise. Undefined without one. Throws FormatError, SdError `file`. */
export async function schedulerConfig(path: string): Promise<NamedConfig | undefined> {
  const file = join(path, 'scheduler', 'scheduler_config.json');
  if ((await stat(file).catch(() => undefined)) === undefined) return undefined;
  const config = await readJsonFile(file);
  const word = config['prediction_type'] ?? 'epsilon';
  const prediction = typeof word === 'string' ? readPrediction(word) : undefined;
  if (prediction === undefined) {
    throw new FormatError('unsupported', basename(file), `asks for the prediction type ${JSON.stringify(word)}`, {
      hint: 'Graft has epsilon and v_prediction.',
    });
  }
  return { prediction, zeroTerminal: config['rescale_betas_zero_snr'] === true, name: basename(file) };
}
