import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SdError } from '@graft/core/errors';

/** Where the models that come with Graft may lie, as seen from this file: in the package, or in the repository. */
const OWN = ['../', '../../../'];

/** The folder whose `models` come with Graft; undefined where they were left out. */
export function bundledRoot(): string | undefined {
  const folders = OWN.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return folders.find((folder) => existsSync(`${folder}models/Stable-diffusion`));
}

/** Whether a file came with Graft. */
export function isBundled(path: string): boolean {
  const root = bundledRoot();
  return root !== undefined && path.startsWith(root);
}

/**
 * The folders to look for models in, the user's own before the bundled one. `wanted`: of `--models`; else GRAFT_MODELS.
 * Throws SdError `file` where there is none.
 */
export function modelRoots(wanted: string | undefined = process.env['GRAFT_MODELS']): string[] {
  const own = wanted === undefined || wanted === '' ? [] : [wanted];
  for (const path of own) {
    if (!existsSync(path))
      throw new SdError('file', 'does not exist', { at: path, hint: 'Give the folder of your models.' });
    if (!statSync(path).isDirectory())
      throw new SdError('file', 'is no folder', { at: path, hint: 'Give the folder of your models.' });
  }
  const bundled = bundledRoot();
  return [...own, ...(bundled === undefined ? [] : [bundled])];
}
