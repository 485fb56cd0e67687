import { bytesSource, type ByteSource } from '../bytes/index.ts';
import { ModelError } from '../errors/index.ts';
import type { ModelFile, TensorEntry } from '../formats/index.ts';
import type { WeightRef } from '../graph/index.ts';
import { createScope, type Door, type Scope } from '../nn/index.ts';
import { DTYPES, numel } from '../tensor/index.ts';
import { findPlaceAlone, findPlaces, usualPrefix, type Component } from './names/index.ts';

/** A model file and references to its weights, for graphs. */
export interface OpenedModel {
  readonly file: ModelFile;
  readonly weights: ReadonlyMap<string, WeightRef>;
}

/** Where the networks of a checkpoint lie: weights of a file, and what their names begin with. */
export interface Checkpoint {
  /** Name for messages. */
  readonly name: string;
  /** A network's tree of names. Throws ModelError, which says what option supplies it, when no file has it. */
  scope(component: Component, door?: Door): Scope;
  /** A small tensor of the main file that is no network's, such as `alphas_cumprod`. */
  tensor(name: string): TensorEntry | undefined;
  /** The weights of its networks, from whatever files, under the names of one LDM checkpoint. */
  joined(): OpenedModel;
}

export interface CheckpointFiles {
  readonly main: OpenedModel;
  /** Take the places of the main file's own. */
  readonly vae?: OpenedModel;
  readonly te1?: OpenedModel;
  readonly te2?: OpenedModel;
}

const MISSING: Readonly<Record<Component, { readonly what: string; readonly hint: string }>> = {
  unet: {
    what: 'has no UNet: it is not a Stable Diffusion checkpoint',
    hint: 'See what the file is with: graft inspect FILE',
  },
  te1: { what: 'has no text encoder', hint: 'Give the file that holds it: --text-encoder FILE' },
  te2: {
    what: 'has no second text encoder, which SDXL needs',
    hint: 'Give the file that holds it: --text-encoder-2 FILE',
  },
  vae: { what: 'has no VAE', hint: 'Give the file that holds it: --vae FILE' },
};

const COMPONENTS = Object.keys(MISSING) as readonly Component[];

/** The checkpoint that files make together. */
export function createCheckpoint(files: CheckpointFiles): Checkpoint {
  const name = files.main.file.name;
  const places = new Map(findPlaces(files.main.weights).map((place) => [place.component, place]));
  const found = new Map(
    COMPONENTS.map((component) => {
      const given = component === 'unet' ? undefined : files[component];
      const model = given ?? files.main;
      const place = given || component === 'te1' ? findPlaceAlone(component, model.weights) : places.get(component);
      return [component, { model, place }];
    }),
  );
  return {
    name,
    tensor: (key) => files.main.file.tensors.get(key),
    joined() {
      const weights = new Map<string, WeightRef>();
      for (const { model, place } of found.values()) {
        if (!place) continue;
        const prefix = usualPrefix(place);
        for (const [key, ref] of model.weights)
          if (key.startsWith(place.prefix)) weights.set(prefix + key.slice(place.prefix.length), ref);
      }
      return { file: files.main.file, weights };
    },
    scope(component, door) {
      const { what, hint } = MISSING[component];
      const { model, place } = found.get(component)!;
      if (!place) throw new ModelError(model.file.name, what, { hint });
      return createScope(model.weights, {
        model: model.file.name,
        prefix: place.prefix,
        ...(door ? { door } : {}),
      });
    },
  };
}

/** References to the tensors of a file, for graphs. Tensors that do not lie in one piece are gathered when they are first read. */
export function weightRefs(file: ModelFile, source: ByteSource): ReadonlyMap<string, WeightRef> {
  return new Map(
    [...file.tensors].map(([name, entry]) => {
      const { dtype, shape, range } = entry;
      return [name, range ? { name, dtype, shape, store: source, ...range } : gathered(name, entry)];
    }),
  );
}

function gathered(name: string, entry: TensorEntry): WeightRef {
  const { dtype, shape } = entry;
  const length = numel(shape) * DTYPES[dtype];
  const store: ByteSource = {
    name,
    size: length,
    read: async (start, end) => bytesSource(name, await entry.read()).read(start, end),
  };
  return { name, dtype, shape, store, offset: 0, length };
}
