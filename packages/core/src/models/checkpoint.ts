import { bytesSource, type ByteSource } from '../bytes/index.ts';
import { ModelError } from '../errors/index.ts';
import type { ModelFile, TensorEntry } from '../formats/index.ts';
import type { WeightRef } from '../graph/index.ts';
import { createScope, type Door, type Scope } from '../nn/index.ts';
import { DTYPES, numel } from '../tensor/index.ts';

/** A model file and references to its weights, for graphs. */
export interface OpenedModel {
  readonly file: ModelFile;
  readonly weights: ReadonlyMap<string, WeightRef>;
}

/** The networks of one checkpoint that a picture needs. */
export type Part = 'unet' | 'text' | 'vae';

/** Where the parts of a checkpoint lie: weights of a file, and what their names begin with. */
export interface Checkpoint {
  /** Name for messages. */
  readonly name: string;
  /** A part's tree of names. Throws ModelError, which says what option supplies the part, when no file has it. */
  scope(part: Part, door?: Door): Scope;
  /** A small tensor of the main file that is no network's, such as `alphas_cumprod`. */
  tensor(name: string): TensorEntry | undefined;
  /** The weights of its parts, from whatever files, under the names of one LDM checkpoint. */
  joined(): OpenedModel;
}

export interface CheckpointFiles {
  readonly main: OpenedModel;
  /** Takes the place of the main file's own VAE. */
  readonly vae?: OpenedModel;
  /** Takes the place of the main file's own text encoder. */
  readonly text?: OpenedModel;
}

/** What names of a part begin with, by where files keep it, and a tensor that every such part has. */
const PLACES: Readonly<
  Record<
    Part,
    {
      readonly prefixes: readonly [string, ...string[]];
      readonly sign: string;
      readonly missing: string;
      readonly hint: string;
    }
  >
> = {
  unet: {
    prefixes: ['model.diffusion_model.', ''],
    sign: 'input_blocks.0.0.weight',
    missing: 'has no UNet: it is not a Stable Diffusion checkpoint',
    hint: 'See what the file is with: graft inspect FILE',
  },
  text: {
    prefixes: ['cond_stage_model.transformer.text_model.', 'cond_stage_model.transformer.', 'text_model.', ''],
    sign: 'embeddings.token_embedding.weight',
    missing: 'has no text encoder',
    hint: 'Give the file that holds it: --text-encoder FILE',
  },
  vae: {
    prefixes: ['first_stage_model.', ''],
    sign: 'decoder.conv_in.weight',
    missing: 'has no VAE',
    hint: 'Give the file that holds it: --vae FILE',
  },
};

/** The checkpoint that files make together. */
export function createCheckpoint(files: CheckpointFiles): Checkpoint {
  const name = files.main.file.name;
  const find = (part: Part): { readonly model: OpenedModel; readonly prefix: string | undefined } => {
    const { prefixes, sign } = PLACES[part];
    const model = (part === 'vae' ? files.vae : part === 'text' ? files.text : undefined) ?? files.main;
    return { model, prefix: prefixes.find((candidate) => model.weights.has(candidate + sign)) };
  };
  return {
    name,
    tensor: (key) => files.main.file.tensors.get(key),
    joined() {
      const weights = new Map<string, WeightRef>();
      for (const part of ['unet', 'text', 'vae'] as const) {
        const { model, prefix } = find(part);
        if (prefix === undefined) continue;
        for (const [key, ref] of model.weights)
          if (key.startsWith(prefix)) weights.set(PLACES[part].prefixes[0] + key.slice(prefix.length), ref);
      }
      return { file: files.main.file, weights };
    },
    scope(part, door) {
      const { missing, hint } = PLACES[part];
      const { model, prefix } = find(part);
      if (prefix === undefined) throw new ModelError(model.file.name, missing, { hint });
      return createScope(model.weights, { model: model.file.name, prefix, ...(door ? { door } : {}) });
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
