import { RequestError, ShapeError } from '../../errors/index.ts';
import type { WeightRef } from '../../graph/index.ts';
import { DTYPES, tensor, widen, type Tensor } from '../../tensor/index.ts';

/** Most vectors that a new embedding may have: a chunk of a prompt has no more tokens. */
const MOST_VECTORS = 75;

/** Rows of a stored table [n, d] → [ids, d], without reading the others. Throws RequestError for ids outside it. */
export async function tableRows({ store, offset, dtype, shape }: WeightRef, ids: readonly number[]): Promise<Tensor> {
  const [rows = 0, width = 0] = shape;
  const bytes = width * DTYPES[dtype];
  const out = tensor([ids.length, width]);
  for (const [i, id] of ids.entries()) {
    if (!(Number.isInteger(id) && id >= 0 && id < rows))
      throw new RequestError('token', `${id} is outside the table of ${rows} tokens`);
    const row = await store.read(offset + id * bytes, offset + (id + 1) * bytes);
    widen(dtype, row, out.data.subarray(i * width, (i + 1) * width));
  }
  return out;
}

/**
 * The vectors that training begins with: those of the words of an initial text, spread over `count`.
 * words [n, d] → [count, d]; zeros without words. Throws RequestError for a count that no prompt can hold.
 */
export function initialVectors(words: Tensor, count: number): Tensor {
  if (!(Number.isInteger(count) && count >= 1 && count <= MOST_VECTORS)) {
    throw new RequestError('vectors', `${count} vectors cannot be made`, { hint: `Choose 1 to ${MOST_VECTORS}.` });
  }
  const [given, width] = words.shape;
  if (given === undefined || width === undefined) throw new ShapeError('initialVectors', 'words [n, d]', words.shape);
  // A1111 encodes as many words as there are vectors.
  const length = Math.min(given, count);
  const out = tensor([count, width]);
  for (let i = 0; length > 0 && i < count; i++) {
    const from = Math.floor((i * length) / count) * width;
    out.data.set(words.data.subarray(from, from + width), i * width);
  }
  return out;
}

/** A name as A1111 writes it into a file name: letters, digits, `.`, `_`, `-` and blanks. */
export function fileSafeName(name: string): string {
  return name.replace(/[^\p{L}\p{N}._\- ]/gu, '');
}
