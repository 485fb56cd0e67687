import type { Infotext } from '@graft/core/formats';
import { infotextModel } from '@graft/core/pipeline';
import type { LibraryKind } from '../../library/entry.ts';
import type { Composed } from './compose.ts';
import { isHash, recallFile, type RecallSources, type ToldFile } from './recall-file.ts';

/** A model of a picture, and where a request names it. */
interface Place {
  readonly kind: LibraryKind;
  readonly field: string;
  /** A setting, and no field of its own. */
  readonly setting?: boolean;
  /** The text that the field has if nobody chose another. */
  told(infotext: Infotext): string | undefined;
  /** The hash, where it does not stand in brackets behind the name. */
  hash?(infotext: Infotext): string | undefined;
}

const textOf = (infotext: Infotext, key: string): string | undefined => {
  const entry = infotext.get(key);
  return entry === undefined ? undefined : String(entry);
};

const PLACES: readonly Place[] = [
  { kind: 'checkpoint', field: 'sd_model_checkpoint', setting: true, told: infotextModel },
  { kind: 'checkpoint', field: 'refiner_checkpoint', told: (infotext) => textOf(infotext, 'Refiner') },
  { kind: 'checkpoint', field: 'hr_checkpoint_name', told: (infotext) => textOf(infotext, 'Hires checkpoint') },
  {
    kind: 'vae',
    field: 'sd_vae',
    setting: true,
    told: (infotext) => textOf(infotext, 'VAE'),
    hash: (infotext) => textOf(infotext, 'VAE hash'),
  },
];

/** Gives the models that a picture was drawn with, and that nobody chose others for, the paths of the files with their hashes. Throws AbortedError. */
export async function recallModels(composed: Composed, sources: RecallSources): Promise<Composed> {
  const { infotext } = composed;
  if (infotext === undefined) return composed;
  const body: Record<string, unknown> = { ...composed.body };
  const settings: Record<string, unknown> = { ...composed.body.override_settings };
  const notes = [...composed.notes];
  for (const { kind, field, setting, told, hash } of PLACES) {
    const values = setting === true ? settings : body;
    const text = told(infotext);
    if (text === undefined || values[field] !== text) continue;
    const file = readTold(text, hash?.(infotext));
    if (file === undefined) continue;
    const { entry, note } = await recallFile(kind, file, sources);
    if (note !== undefined && !notes.includes(note)) notes.push(note);
    if (entry !== undefined) values[field] = entry.path;
  }
  return { ...composed, body: { ...body, override_settings: settings }, notes };
}

/** "name [hash]", or a hash alone. */
function readTold(text: string, hash: string | undefined): ToldFile | undefined {
  if (hash !== undefined) return isHash(hash) ? { name: text, hash } : undefined;
  const [, name, own] = /^(.*) \[([^[\]]*)\]$/s.exec(text) ?? [];
  if (name !== undefined && own !== undefined) return isHash(own) ? { name, hash: own } : undefined;
  return isHash(text) ? { name: text, hash: text } : undefined;
}
