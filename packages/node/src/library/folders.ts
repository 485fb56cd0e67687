import { isEmbeddingName } from '@graft/core/adapters/textual-inversion';
import type { LibraryKind } from './entry.ts';

/** A folder of A1111's layout. */
export interface LibraryFolder {
  /** Below a root. */
  readonly path: string;
  /** What its files are where their content does not tell. */
  readonly fallback?: LibraryKind;
  /** Whether a file of this name is looked at. */
  wants(name: string): boolean;
}

const MODEL = /\.(safetensors|ckpt|pt|pth|bin)$/i;
const wantsModel = (name: string): boolean => MODEL.test(name);

/** Folders below a webui's own, in which kinds of models lie. */
const FOLDERS: readonly LibraryFolder[] = [
  { path: 'models/Stable-diffusion', wants: wantsModel },
  // Diffusers folders, as other programs keep them; they are found in every folder.
  { path: 'models/Diffusers', wants: wantsModel },
  { path: 'models/diffusers', wants: wantsModel },
  { path: 'models/VAE', wants: wantsModel },
  { path: 'models/VAE-approx', wants: wantsModel, fallback: 'vae-approx' },
  { path: 'models/VAE-taesd', wants: wantsModel, fallback: 'vae-approx' },
  { path: 'models/Lora', wants: wantsModel },
  { path: 'models/LyCORIS', wants: wantsModel },
  { path: 'models/hypernetworks', wants: wantsModel },
  { path: 'models/aesthetic_embeddings', wants: wantsModel },
  { path: 'models/CLIP', wants: wantsModel },
  { path: 'models/text_encoder', wants: wantsModel },
  { path: 'models/ControlNet', wants: wantsModel },
  { path: 'models/embeddings', wants: isEmbeddingName },
  { path: 'embeddings', wants: isEmbeddingName },
  { path: 'extensions/stable-diffusion-webui-aesthetic-gradients/aesthetic_embeddings', wants: wantsModel },
  { path: 'extensions/sd-webui-controlnet/models', wants: wantsModel },
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
