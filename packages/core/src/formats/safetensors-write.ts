import { encodeUtf8 } from '../bytes/index.ts';
import { RequestError } from '../errors/index.ts';
import { DTYPES, numel, type DType } from '../tensor/index.ts';
import { isUnicode, quoted } from './printable.ts';
import { SAFETENSORS_DTYPES, SAFETENSORS_HEADER_LIMIT } from './safetensors.ts';

/** A tensor to be written; a `TensorEntry` is one. */
export interface TensorSource {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Its bytes, or parts of them in order: contiguous, row-major, little-endian. Called once, when its turn comes. */
  read(): Promise<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** A safetensors file that is made while it is written. */
export interface SafetensorsFile {
  /** Length of the whole file in bytes. */
  readonly size: number;
  /** The file in parts, in order. One tensor (or part of it) is in memory at a time. */
  chunks(): AsyncIterable<Uint8Array>;
}

/**
 * A safetensors file of these tensors, byte for byte what the reference's writer makes of them: compact JSON padded by
 * spaces to a multiple of 8, tensors by falling alignment, then name. Metadata keep their order.
 * Throws RequestError for a name given twice or reserved, a name or metadata text that is not Unicode, a shape that is no
 * shape, or a dtype that the format lacks; while writing, when a tensor gives another number of bytes than its shape needs.
 */
export function writeSafetensors(
  tensors: Iterable<TensorSource>,
  metadata: ReadonlyMap<string, string> = new Map(),
): SafetensorsFile {
  const sorted = [...tensors].sort(
    (a, b) => SAFETENSORS_DTYPES.indexOf(b.dtype) - SAFETENSORS_DTYPES.indexOf(a.dtype) || compareText(a.name, b.name),
  );
  const fields: string[] = [];
  if (metadata.size > 0)
    fields.push(`"__metadata__":{${[...metadata].map(([key, value]) => `${text(key)}:${text(value)}`).join()}}`);
  const names = new Set(['__metadata__']);
  let end = 0;
  for (const { name, dtype, shape } of sorted) {
    if (names.has(name)) throw new RequestError(name, `the tensor name ${quoted(name)} is taken`);
    if (!SAFETENSORS_DTYPES.includes(dtype)) throw new RequestError(name, `safetensors has no element type ${dtype}`);
    if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || !Number.isSafeInteger(numel(shape)))
      throw new RequestError(name, `[${shape.join(', ')}] is no shape`);
    names.add(name);
    const begin = end;
    end += numel(shape) * DTYPES[dtype];
    fields.push(`${text(name)}:{"dtype":"${dtype}","shape":[${shape.join()}],"data_offsets":[${begin},${end}]}`);
  }
  const json = encodeUtf8(`{${fields.join()}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > SAFETENSORS_HEADER_LIMIT)
    throw new RequestError('tensors', 'their names and metadata are too long for a header');
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return {
    size: header.length + end,
    async *chunks() {
      yield header;
      for (const tensor of sorted) yield* tensorChunks(tensor);
    },
  };
}

async function* tensorChunks(tensor: TensorSource): AsyncIterable<Uint8Array> {
  const needed = numel(tensor.shape) * DTYPES[tensor.dtype];
  const data = tensor.read();
  let given = 0;
  for await (const chunk of data instanceof Promise ? [await data] : data) {
    given += chunk.length;
    if (given > needed) break;
    if (chunk.length > 0) yield chunk;
  }
  if (given !== needed)
    throw new RequestError(
      tensor.name,
      `gives ${given > needed ? 'more than' : `${given} of`} the ${needed} bytes that its shape needs`,
    );
}

/** A JSON text; the format is UTF-8, which has no place for half a surrogate pair. */
function text(value: string): string {
  if (!isUnicode(value)) throw new RequestError(value, `${quoted(value)} is not Unicode text`);
  return JSON.stringify(value);
}

/** Order of UTF-8 bytes, which is that of code points. */
function compareText(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++)
    if (a[i] !== b[i]) return place(a.charCodeAt(i)) - place(b.charCodeAt(i));
  return a.length - b.length;
}

/** Of UTF-16 units: halves of surrogate pairs stand for what lies beyond U+FFFF. */
function place(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
