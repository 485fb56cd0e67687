import { isEmbeddingName } from '@graft/core/adapters/textual-inversion';
import type { LibraryKind } from './entry.ts';

/** A folder of A1111's layout. */
export interface LibraryFolder {
  /** Below a root. */
  readonly path: string;
  /** What people keep in it, whatever the files turn out to be. */
  readonly usual: LibraryKind;
  /** What its files are where their content does not tell. */
  readonly fallback?: LibraryKind;
  /** Whether a file of this name is looked at. */
  wants(name: string): boolean;
}

/** Whether a file's name is that of a model. */
export function isModelName(name: string): boolean {
  return /\.(safetensors|ckpt|pt|pth|bin)$/i.test(name);
}

/** Folders below a webui's own, in which kinds of models lie. */
const FOLDERS: readonly LibraryFolder[] = [
  { path: 'models/Stable-diffusion', usual: 'checkpoint', wants: isModelName },
  // Diffusers folders, as other programs keep them; they are found in every folder.
  { path: 'models/Diffusers', usual: 'checkpoint', wants: isModelName },
  { path: 'models/diffusers', usual: 'checkpoint', wants: isModelName },
  { path: 'models/VAE', usual: 'vae', wants: isModelName },
  { path: 'models/VAE-approx', usual: 'vae-approx', wants: isModelName, fallback: 'vae-approx' },
  { path: 'models/VAE-taesd', usual: 'vae-approx', wants: isModelName, fallback: 'vae-approx' },
  { path: 'models/Lora', usual: 'adapter', wants: isModelName },
  { path: 'models/LyCORIS', usual: 'adapter', wants: isModelName },
  { path: 'models/hypernetworks', usual: 'hypernetwork', wants: isModelName },
  { path: 'models/aesthetic_embeddings', usual: 'aesthetic-embedding', wants: isModelName },
  { path: 'models/CLIP', usual: 'clip', wants: isModelName },
  { path: 'models/text_encoder', usual: 'text-encoder', wants: isModelName },
  { path: 'models/ControlNet', usual: 'controlnet', wants: isModelName },
  { path: 'models/embeddings', usual: 'embedding', wants: isEmbeddingName },
  { path: 'embeddings', usual: 'embedding', wants: isEmbeddingName },
  {
    path: 'extensions/stable-diffusion-webui-aesthetic-gradients/aesthetic_embeddings',
    usual: 'aesthetic-embedding',
    wants: isModelName,
  },
  { path: 'extensions/sd-webui-controlnet/models', usual: 'controlnet', wants: isModelName },
];

/** The folders below a root: a webui's own folder, or the `models` folder in it. */
export function foldersOf(): readonly LibraryFolder[] {
  const inModels = FOLDERS.filter(({ path }) => path.startsWith('models/'));
  return [...FOLDERS, ...inModels.map((folder) => ({ ...folder, path: folder.path.slice('models/'.length) }))];
}

/** Compares texts as people count: runs of digits by their number. A1111 modules/util.py natural_sort_key. */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [pieces(a), pieces(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i]!, right[i]!];
    if (x === y) continue;
    const [m, n] = [Number(x), Number(y)];
    if (i % 2 === 1 && m !== n) return m - n;
    if (i % 2 === 0) return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

/** Text and digits by turns, text first. */
function pieces(text: string): string[] {
  return text.toLowerCase().split(/(\d+)/);
}
