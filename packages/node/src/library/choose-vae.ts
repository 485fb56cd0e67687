import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { LibraryEntry } from './entry.ts';
import { entriesOf } from './find.ts';
import { naturalOrder } from './folders.ts';

export interface VaeWish {
  /** A VAE's file name, `Automatic` or `None`. */
  readonly setting: string;
  /** Whether a setting other than `Automatic` wins over what checkpoints ask for. Default true, as in A1111. */
  readonly overridesModel?: boolean | undefined;
}

const AUTOMATIC = 'Automatic';
const NONE = 'None';
/** A VAE that lies beside checkpoints. */
const BESIDE = /\.vae\.(ckpt|pt|safetensors)$/i;

/** The VAEs that may take the place of a checkpoint's own, in A1111's order. */
export function vaeCandidates(entries: readonly LibraryEntry[]): LibraryEntry[] {
  const beside = entries.filter((entry) => entry.kind !== undefined && BESIDE.test(entry.path));
  const all = new Map([...entriesOf('vae', entries), ...beside].map((entry) => [basename(entry.path), entry]));
  return [...all].toSorted(([a], [b]) => naturalOrder(a, b)).map(([, entry]) => entry);
}

/** Where files are checkpoints unless they are called VAEs. */
const CHECKPOINTS = 'Stable-diffusion';

/** Whether A1111 would list a VAE: of files among checkpoints it goes by their names, not by what they are. */
function isCalledVae({ path, file }: LibraryEntry): boolean {
  return BESIDE.test(file) || basename(path.slice(0, -file.length - 1)) !== CHECKPOINTS;
}

/**
 * The VAE that draws for a checkpoint; undefined for its own. In order: the setting, unless automatic; what the user wrote
 * into the JSON beside the checkpoint; the first that A1111 would list and whose name begins with the checkpoint's; the setting. A name that
 * no file has means the checkpoint's own. A1111 modules/sd_vae.py.
 */
export async function chooseVae(
  checkpoint: LibraryEntry,
  wish: VaeWish,
  entries: readonly LibraryEntry[],
): Promise<LibraryEntry | undefined> {
  const candidates = vaeCandidates(entries);
  const named = (name: string): LibraryEntry | undefined => candidates.find(({ path }) => basename(path) === name);
  const automatic = wish.setting === AUTOMATIC || wish.setting === '';
  if (wish.overridesModel !== false && !automatic) return named(wish.setting);
  const own = await userVae(checkpoint);
  if (own === NONE) return undefined;
  if (own !== undefined && own !== AUTOMATIC) {
    const found = named(own);
    if (found !== undefined) return found;
  }
  return (
    candidates.find((vae) => isCalledVae(vae) && basename(vae.path).startsWith(checkpoint.stem)) ??
    (automatic ? undefined : named(wish.setting))
  );
}

/** `vae` in what A1111's editor keeps beside a checkpoint. */
async function userVae({ path, stem }: LibraryEntry): Promise<string | undefined> {
  try {
    const notes: unknown = JSON.parse(await readFile(join(dirname(path), `${stem}.json`), 'utf8'));
    const vae = typeof notes === 'object' && notes !== null && 'vae' in notes ? notes.vae : undefined;
    return typeof vae === 'string' ? vae : undefined;
  } catch {
    return undefined;
  }
}
