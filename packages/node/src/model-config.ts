import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { readModelConfig, type StatedPrediction } from '@graft/core/models';
import { diffusersPath, schedulerConfig } from './diffusers-folder.ts';
import { fileError } from './files.ts';

/** What a configuration file says, and how it is called. */
export type NamedConfig = StatedPrediction & { readonly name: string };

/**
 * What the `.yaml` beside a checkpoint says, found as the webui finds it: by the checkpoint's own name; of a diffusers folder, what its
 * scheduler says. Undefined where there is none. Throws SdError `file` and FormatError.
 */
export async function configOf(path: string): Promise<NamedConfig | undefined> {
  const folder = await diffusersPath(path);
  return folder === undefined ? configBeside(path) : schedulerConfig(folder);
}

async function configBeside(path: string): Promise<NamedConfig | undefined> {
  const beside = `${path.slice(0, path.length - extname(path).length)}.yaml`;
  const text = await readFile(beside, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw fileError(beside, 'read', error);
  });
  const name = basename(beside);
  const stated = text === undefined ? undefined : await readModelConfig(text, name);
  return stated && { ...stated, name };
}
