import { AdapterError, FormatError } from '../../errors/index.ts';
import type { ModelFile, PickleValue, TensorEntry } from '../../formats/index.ts';
import { describeModel, withArticle } from '../../models/index.ts';
import { tensor, widen, type Tensor } from '../../tensor/index.ts';

/** Vectors that stand for a word: one set, or a set for each of SDXL's text encoders. */
export type EmbeddingVectors =
  | { readonly kind: 'single'; readonly vec: Tensor }
  | { readonly kind: 'pair'; readonly clipL: Tensor; readonly clipG: Tensor };

/** A textual inversion (Gal et al. 2022): vectors in place of the tokens of a word. */
export interface Embedding {
  /** The word that calls it. */
  readonly name: string;
  /** Each [count, width], float32. */
  readonly vectors: EmbeddingVectors;
  /** Number of tokens that it takes in a prompt. */
  readonly count: number;
  /** Width of the text encoder that it is for; of both together for SDXL. */
  readonly width: number;
  /** Training steps done. */
  readonly step: number | undefined;
  /** The checkpoint it was trained on: the beginning of its hash, and its name. */
  readonly checkpoint: string | undefined;
  readonly checkpointName: string | undefined;
}

/** What stands beside the vectors. */
export interface EmbeddingNotes {
  readonly step?: number | undefined;
  readonly checkpoint?: string | undefined;
  readonly checkpointName?: string | undefined;
}

/** Puts an embedding together; a single vector may lack its first axis. Throws FormatError for other shapes. */
export function embedding(name: string, vectors: EmbeddingVectors, notes: EmbeddingNotes = {}): Embedding {
  const rows = (given: Tensor): Tensor => {
    if (given.shape.length === 1) return tensor([1, given.shape[0]!], given.data);
    if (given.shape.length === 2) return given;
    throw new FormatError(
      'unsupported',
      name,
      `its vectors have ${given.shape.length} axes; an embedding has one or two`,
    );
  };
  const sets: EmbeddingVectors =
    vectors.kind === 'single'
      ? { kind: 'single', vec: rows(vectors.vec) }
      : { kind: 'pair', clipL: rows(vectors.clipL), clipG: rows(vectors.clipG) };
  const list = sets.kind === 'single' ? [sets.vec] : [sets.clipG, sets.clipL];
  const [count = 0] = list[0]!.shape;
  if (count === 0 || list.some(({ shape }) => shape[0] !== count || shape[1] === 0))
    throw new FormatError(
      'unsupported',
      name,
      'its vectors are empty, or not as many for one text encoder as for the other',
    );
  return {
    name,
    vectors: sets,
    count,
    width: list.reduce((sum, { shape }) => sum + shape[1]!, 0),
    step: notes.step,
    checkpoint: notes.checkpoint,
    checkpointName: notes.checkpointName,
  };
}

const PARAM = 'string_to_param.';

/**
 * The embedding in an opened model file, called `name`. Forms, in this order: A1111's and the original repository's
 * (`string_to_param`), SDXL's pair (`clip_l`, `clip_g`), and one tensor under any name (diffusers, kohya).
 * Throws FormatError `not-a-model` for files of another kind and for files of several words.
 */
export async function readEmbedding(file: ModelFile, name: string): Promise<Embedding> {
  const { tensors } = file;
  const params = [...tensors.values()].filter((entry) => entry.name.startsWith(PARAM));
  if (params.length > 0) {
    const only = single(params, file);
    return embedding(name, { kind: 'single', vec: await read(only) }, notesOf(file.value));
  }
  const [clipL, clipG] = [tensors.get('clip_l'), tensors.get('clip_g')];
  if (clipL !== undefined && clipG !== undefined)
    return embedding(name, { kind: 'pair', clipL: await read(clipL), clipG: await read(clipG) });
  const entries = [...tensors.values()];
  // A bare tensor, or a list of them, is a point of CLIP's image space or an old LoRA: no word.
  if (
    entries.some((entry) => entry.name === '') ||
    Array.isArray(file.value) ||
    entries.some(({ shape }) => shape.length > 2)
  )
    throw notAnEmbedding(file);
  return embedding(name, { kind: 'single', vec: await read(single(entries, file)) });
}

function single(entries: readonly TensorEntry[], file: ModelFile): TensorEntry {
  const [first, ...more] = entries;
  if (first !== undefined && more.length === 0) return first;
  if (first === undefined || describeModel(file).kind !== 'unknown') throw notAnEmbedding(file);
  throw new FormatError('not-a-model', file.name, `holds ${entries.length} tensors; an embedding of one word has one`, {
    hint: 'Save each word in a file of its own.',
  });
}

/** What to do about a file that is something else. */
export const EMBEDDING_HINT =
  'An embedding is a .safetensors, .pt or .bin file of some kilobytes, or a picture that holds one.';

function notAnEmbedding(file: ModelFile): FormatError {
  const { kind, what } = describeModel(file);
  const known = kind !== 'unknown' && kind !== 'embedding';
  return new FormatError('not-a-model', file.name, `is no embedding${known ? ` but ${withArticle(what)}` : ''}`, {
    hint: EMBEDDING_HINT,
  });
}

async function read(entry: TensorEntry): Promise<Tensor> {
  return tensor(entry.shape, widen(entry.dtype, await entry.read()));
}

function notesOf(value: PickleValue | undefined): EmbeddingNotes {
  if (!(value instanceof Map)) return {};
  const [step, checkpoint, name] = ['step', 'sd_checkpoint', 'sd_checkpoint_name'].map(
    (key) => value.get(key) as PickleValue | undefined,
  );
  return {
    step: typeof step === 'number' ? step : undefined,
    checkpoint: typeof checkpoint === 'string' ? checkpoint : undefined,
    checkpointName: typeof name === 'string' ? name : undefined,
  };
}

/** Whether an embedding can stand in the texts of an encoder (or both of SDXL's) of this width. */
export function fitsWidth({ width }: Embedding, encoder: number): boolean {
  return width === encoder;
}

/** Base models by the width of their text encoders. */
const BASES: ReadonlyMap<number, string> = new Map([
  [768, 'SD1'],
  [1024, 'SD2'],
  [1280, 'the SDXL refiner'],
  [2048, 'SDXL'],
]);

/** The base model that an embedding is for, by its width; undefined for widths of none. */
export function embeddingBase({ width }: Embedding): string | undefined {
  return BASES.get(width);
}

/** Throws AdapterError, with both numbers, unless the embedding fits. */
export function checkWidth(one: Embedding, encoder: number): void {
  if (fitsWidth(one, encoder)) return;
  const base = embeddingBase(one);
  throw new AdapterError(one.name, `its vectors are ${one.width} wide, the model's text encoder is ${encoder} wide`, {
    hint: `Use it with ${base === undefined ? 'the model it was trained on' : `a checkpoint of ${base}`}, or another embedding.`,
  });
}

/**
 * The short checksum by which A1111 knows the optimizer's state of an embedding again: 4 hexadecimal digits.
 * r ← (r·281 ⊕ ⌊100·v⌋·997) mod 2³² over all values, truncated towards zero.
 */
export function embeddingChecksum({ data }: Tensor): string {
  let sum = 0;
  for (const value of data) {
    const hundredth = Math.trunc(Math.fround(value * 100));
    sum = Math.imul(sum, 281) ^ Math.imul(Number.isFinite(hundredth) ? hundredth | 0 : 0, 997);
  }
  return (sum & 0xffff).toString(16).padStart(4, '0');
}
