import { readdir } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { counted } from '@graft/core/formats';
import type { LibraryEntry } from './entry.ts';
import { foldersOf, isModelName } from './folders.ts';

/** Folders named in the hint: those that people fill most. */
const NAMED = 'models/Stable-diffusion, models/Lora, models/VAE, embeddings';

/** The first root, which is the user's own, if there is no model file below it. Later ones may hold the same folders again. */
export function emptyRoot(roots: readonly string[], entries: readonly LibraryEntry[]): string | undefined {
  const [root] = roots;
  if (root === undefined || entries.some(({ path }) => path.startsWith(join(resolve(root), sep)))) return undefined;
  return root;
}

/** A hint for somebody who looks for a model below a root that has none where models are looked for. */
export function emptyRootHint(root: string): string {
  return `Nothing was found below ${root}: models are looked for in its folders ${NAMED} and others of the webui.`;
}

/** The same for a list of models; of files that lie in the root itself it says where they belong. */
export async function emptyRootNote(root: string): Promise<string> {
  const names = await readdir(root).catch((): string[] => []);
  const { length } = names.filter(isModelName);
  if (length === 0) return emptyRootHint(root);
  const folders = foldersOf().map(({ path }) => path);
  const own = folders.find((path) => resolve(root).endsWith(sep + path.replaceAll('/', sep)));
  const files = `${counted(length, 'model file lies', 'model files lie')} in ${root} itself`;
  return own === undefined
    ? `${files}, where models are not looked for: put LoRAs into its folder models/Lora, checkpoints into models/Stable-diffusion, VAEs into models/VAE, embeddings into embeddings.`
    : `${files}, where models are not looked for: give the folder above ${own}.`;
}
