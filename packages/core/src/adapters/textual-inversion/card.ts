import { Unzlib } from 'fflate';
import { decodeBase64, decodeUtf8 } from '../../bytes/index.ts';
import { FormatError } from '../../errors/index.ts';
import { toRgb, type Picture } from '../../image/index.ts';
import { numel, tensor, type Tensor } from '../../tensor/index.ts';
import { embedding, type Embedding } from './embedding.ts';

// An embedding inside a picture: A1111 modules/textual_inversion/image_embedding.py. As base64 of JSON in a PNG text, or
// in the pixels: the packed JSON's low and high half bytes lie in the low half bytes of two blocks, left and right of the
// visible picture, parted from it by columns whose low half bytes are all zero.

/** Keyword of the PNG text. */
export const EMBEDDING_TEXT = 'sd-ti-embedding';
/** Bytes of the longest JSON: 75 vectors for SDXL need about 4 MB. */
const JSON_LIMIT = 16 << 20;
/** Packed bytes inflated at a time: at most 16 MiB come out of one step. */
const STEP = 16 * 1024;

/** The embedding in the PNG text; `name` is used where it has none itself. Throws FormatError. */
export function embeddingOfText(text: string, name: string): Embedding {
  const bytes = decodeBase64(text);
  if (bytes === undefined) throw new FormatError('bad-header', name, 'the embedding in its text is not base64');
  return embeddingOfJson(bytes, name);
}

/**
 * The embedding in a picture's pixels; undefined for an ordinary picture. `name` is used where it has none itself.
 * Throws FormatError when there are marks of one, but no data that can be read.
 */
export function embeddingOfPixels(source: Picture, name: string): Embedding | undefined {
  const picture = withoutBlack(toRgb(source));
  const marks = markColumns(picture);
  if (marks.length < 2) return undefined;
  const low = block(picture, 0, marks[0]!);
  const high = block(picture, marks.at(-1)! + 1, picture.width);
  const packed = Uint8Array.from({ length: Math.min(low.length, high.length) }, (_, i) => (high[i]! << 4) | low[i]!);
  return embeddingOfJson(inflate(packed, name), name);
}

const CHANNELS = 3;

/** The picture within the first and last row and column that have a pixel without a zero. */
function withoutBlack(source: Picture): Picture {
  const { width, height, data } = source;
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += CHANNELS) {
      if (data[at] === 0 || data[at + 1] === 0 || data[at + 2] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  // An all black picture stays as it is: every column is a mark then, and nothing lies beside them.
  if (right === 0) return source;
  const out = new Uint8Array((right - left) * (bottom - top) * CHANNELS);
  for (let y = top, at = 0; y < bottom; y++, at += (right - left) * CHANNELS)
    out.set(data.subarray((y * width + left) * CHANNELS, (y * width + right) * CHANNELS), at);
  return { width: right - left, height: bottom - top, channels: CHANNELS, data: out };
}

/** Columns whose low half bytes are all zero. */
function markColumns({ width, height, data }: Picture): number[] {
  const used = new Uint8Array(width);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let c = 0; c < CHANNELS; c++) used[x]! |= data[at++]! & 0xf;
  return [...used.keys()].filter((x) => used[x] === 0);
}

/** Low half bytes of the columns [from, to), row by row, without the key stream that hides them. */
function block({ width, height, data }: Picture, from: number, to: number): Uint8Array {
  const row = Math.max(0, to - from) * CHANNELS;
  const out = new Uint8Array(row * height);
  const key = keyStream();
  for (let y = 0, i = 0; y < height; y++) {
    const start = (y * width + from) * CHANNELS;
    for (let k = 0; k < row; k++, i++) out[i] = (data[start + k]! & 0xf) ^ key();
  }
  return out;
}

/** Half bytes of a linear congruential generator: s ← 1664525·s + 1013904223 mod 2³², s mod 255. */
function keyStream(): () => number {
  let state = 0;
  return () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return (state % 255) & 0xf;
  };
}

/** What a zlib stream holds; bytes after its end are passed over. */
function inflate(packed: Uint8Array, name: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Unzlib((part) => {
    size += part.length;
    if (size > JSON_LIMIT)
      throw new FormatError('too-large', name, `hides an embedding of more than ${JSON_LIMIT} bytes`);
    parts.push(part);
  });
  try {
    // Never the last part: the end of the stream lies somewhere before, and the JSON in it tells whether it is whole.
    for (let at = 0; at < packed.length; at += STEP) stream.push(packed.slice(at, at + STEP), false);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError('bad-header', name, 'the embedding in its pixels is damaged', {
      hint: 'Pictures lose their embedding when they are scaled or saved as JPEG: get the original.',
      cause: error,
    });
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The dictionary of A1111's own `.pt`, with tensors as nested lists. */
function embeddingOfJson(bytes: Uint8Array, name: string): Embedding {
  const bad = (message: string): FormatError => new FormatError('bad-header', name, `the embedding in it ${message}`);
  const data = parseJson(decodeUtf8(bytes));
  if (!isRecord(data)) throw bad('is not JSON');
  const params = data['string_to_param'];
  const values = isRecord(params) ? Object.values(params) : [];
  if (values.length !== 1) throw bad(`has ${values.length} words; it must have one`);
  const vec = isRecord(values[0]) ? nestedTensor(values[0]['TORCHTENSOR']) : undefined;
  if (vec === undefined) throw bad('has no vectors');
  const text = (key: string): string | undefined => (typeof data[key] === 'string' ? data[key] : undefined);
  return embedding(
    text('name') ?? name,
    { kind: 'single', vec },
    {
      step: typeof data['step'] === 'number' ? data['step'] : undefined,
      checkpoint: text('sd_checkpoint'),
      checkpointName: text('sd_checkpoint_name'),
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A tensor of one or two axes from lists of numbers; undefined for anything else. */
function nestedTensor(list: unknown): Tensor | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const rows: readonly unknown[] = Array.isArray(list[0]) ? list : [list];
  const width = (rows[0] as readonly unknown[]).length;
  const shape = Array.isArray(list[0]) ? [rows.length, width] : [width];
  const data = new Float32Array(numel(shape));
  let at = 0;
  for (const row of rows) {
    if (!Array.isArray(row) || row.length !== width) return undefined;
    for (const value of row) {
      if (typeof value !== 'number') return undefined;
      data[at++] = value;
    }
  }
  return tensor(shape, data);
}
