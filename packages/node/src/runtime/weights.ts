import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { OnnxModel, OnnxWeight, Placement } from '@graft/core/onnx';
import { isFileSource, ofFile } from '../files.ts';
import { cacheFolder, cacheLimit, touch } from './cache.ts';
import { prepareShards } from './prepare-shards.ts';
import type { Recipes } from './recipe.ts';
import { layOut } from './shards.ts';
import type { Workers } from './workers.ts';

export interface Placed {
  /** Folder that all locations are relative to. */
  readonly folder: string;
  place(weight: OnnxWeight): Placement;
}

/** What prepared weights are made with. */
export interface Placing {
  /** Folder for them; the user's own if absent. */
  readonly cache?: string | undefined;
  readonly workers: Workers;
  readonly recipes: Recipes;
}

/**
 * Says where each weight of a model lies for the runtime: in the user's own file where its form is the stored one,
 * else in prepared copies in the cache, made once per file and form. What is still to be computed is computed there by `workers`.
 * Throws SdError `file`, RequestError for a limit of the cache that is none, and the errors of engines.
 */
export async function placeWeights(model: OnnxModel, { cache, workers, recipes }: Placing): Promise<Placed> {
  const own = inPlace(model);
  if (own) return own;
  const limit = cacheLimit();
  const folder = cacheFolder(cache);
  const { places, found, missing } = await layOut(model.weights, folder, recipes);
  for (const file of found) touch(join(folder, file));
  await prepareShards(missing, { folder, limit }, workers);
  return { folder: realpathSync(folder), place: (weight) => places.get(weight.name)! };
}

/** The user's own file as it is, if every weight is wanted as stored and lies in one file. */
function inPlace({ weights }: OnnxModel): Placed | undefined {
  const store = weights[0]?.ref.store;
  if (!store) return { folder: '.', place: () => ({ location: '', offset: 0, length: 0 }) };
  const usable = weights.every(
    ({ ref, form }) => ref.store === store && !form.blocked && (form.dtype === 'stored' || ref.dtype === 'F32'),
  );
  if (!usable || !isFileSource(store)) return undefined;
  // The runtime refuses links that leave the folder, so it gets the folder where the file really is.
  const path = ofFile(store.path, (linked) => realpathSync(linked));
  return {
    folder: dirname(path),
    place: ({ ref }) => ({ location: basename(path), offset: ref.offset, length: ref.length }),
  };
}
