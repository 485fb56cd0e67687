import { existsSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { readPeftConfig } from '@graft/core/adapters';
import { FormatError, RequestError, SdError } from '@graft/core/errors';
import { DIFFUSERS_INDEX, diffusersName } from './diffusers-folder.ts';
import { statOf } from './files.ts';
import { readJsonFile } from './json-file.ts';
import { isModelName } from './library/folders.ts';

// PEFT and diffusers save each adapter in a folder of its own, in a file whose name is always the same; PEFT keeps alpha and rank
// beside it.

const CONFIG = 'adapter_config.json';

/** Names of the file in such a folder, in the order of their use. */
const FILES: readonly string[] = ['adapter_model', 'pytorch_lora_weights'].flatMap((stem) =>
  ['.safetensors', '.bin', '.pt', '.ckpt', '.pth'].map((extension) => stem + extension),
);

/** Whether a file has the name that all files of its program have, so that its folder's tells more. */
export function isNamedByFolder(path: string): boolean {
  return FILES.includes(basename(path).toLowerCase());
}

/** What people call an adapter's file: its stem, or what its folder is called. */
export function adapterName(path: string): string {
  return isNamedByFolder(path) ? diffusersName(dirname(resolve(path))) : basename(path, extname(path));
}

/** The adapter's file in a folder: one with the usual name, or the only model file beside a configuration. Undefined for other paths. */
export function adapterIn(folder: string): string | undefined {
  const info = statOf(folder);
  if (info?.isDirectory() !== true || existsSync(join(folder, DIFFUSERS_INDEX))) return undefined;
  const names = namesIn(folder);
  const usual = FILES.find((name) => names.includes(name));
  const models = names.filter(isModelName);
  const only = names.includes(CONFIG) && models.length === 1 ? models[0] : undefined;
  const name = usual ?? only;
  return name === undefined ? undefined : join(resolve(folder), name);
}

/** Throws SdError `file` for a folder that may not be read. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new SdError('file', 'cannot be read', { at: folder, hint: 'Check its permissions.', cause: error });
  }
}

/**
 * The `adapter_config.json` that belongs to an adapter's file: the file has PEFT's name for it, or is the only model file beside it.
 * Undefined where there is none. Throws FormatError for one that cannot be used, SdError `file`.
 */
export async function peftConfigOf(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const names = await readdir(dirname(path)).catch((): string[] => []);
  if (!names.includes(CONFIG)) return undefined;
  const isPeft = /^adapter_model\./i.test(basename(path));
  if (!isPeft && names.filter(isModelName).length !== 1) return undefined;
  const name = join(basename(dirname(resolve(path))), CONFIG);
  const config = await readJsonFile(join(dirname(path), CONFIG), name);
  try {
    readPeftConfig(config);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const message = error.message.slice(`${error.field}: `.length);
    throw new FormatError('unsupported', name, message, { hint: error.hint, cause: error });
  }
  return config;
}
