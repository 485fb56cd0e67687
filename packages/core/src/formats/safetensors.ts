import { decodeUtf8, type ByteSource } from '../bytes/index.ts';
import { FormatError } from '../errors/index.ts';
import { DTYPES, type DType } from '../tensor/index.ts';
import type { Fail } from './fail.ts';
import { jsonReader, type JsonReader } from './json-reader.ts';
import { RANK_LIMIT, type ModelFile, type TensorEntry } from './model-file.ts';
import { quoted } from './printable.ts';

// safetensors, huggingface/safetensors README "Format" and src/tensor.rs:
//   u64 LE N · N bytes of JSON (UTF-8, may end in blanks) · data
//   JSON: name → {dtype, shape, data_offsets [begin, end) from the start of the data}, and "__metadata__": text → text.
//   The tensors tile the data: no hole, no overlap, none left over.

/** Longest header; the reference's own limit. */
export const SAFETENSORS_HEADER_LIMIT = 100_000_000;
const LENGTH_BYTES = 8;

/** Element types of the format, in the order that its writer sorts by (ascending alignment). */
export const SAFETENSORS_DTYPES: readonly DType[] = [
  'BOOL',
  'U8',
  'I8',
  'F8_E5M2',
  'F8_E4M3',
  'F8_E8M0',
  'F8_E4M3FNUZ',
  'F8_E5M2FNUZ',
  'I16',
  'U16',
  'F16',
  'BF16',
  'I32',
  'U32',
  'F32',
  'C64',
  'F64',
  'I64',
  'U64',
];
const KNOWN: ReadonlyMap<string, DType> = new Map(SAFETENSORS_DTYPES.map((dtype) => [dtype, dtype]));

interface Header {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Opens a safetensors file: its header is read and checked whole, its tensors stay where they are.
 * Throws FormatError: `truncated` when the header or the data is longer than the file; `too-large` for a header over the
 * limit; `bad-header` for malformed JSON, duplicate names, sizes that disagree with shape × dtype; `out-of-range` for
 * numbers beyond 2^53; `overlapping` for overlaps, holes and data after the last tensor; `unsupported` for a dtype.
 */
export async function openSafetensors(source: ByteSource): Promise<ModelFile> {
  const fail: Fail = (fault, message) => {
    throw new FormatError(fault, source.name, message);
  };
  if (source.size < LENGTH_BYTES) fail('truncated', 'ends inside the length of its header');
  const head = await source.read(0, LENGTH_BYTES);
  // As a bigint: lengths up to 2^64 − 1 must compare correctly.
  const claimed = new DataView(head.buffer, head.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (claimed > BigInt(SAFETENSORS_HEADER_LIMIT))
    fail('too-large', `claims a header of ${claimed} bytes; the limit is ${SAFETENSORS_HEADER_LIMIT}`);
  const start = LENGTH_BYTES + Number(claimed);
  if (start > source.size) fail('truncated', `ends inside its header of ${claimed} bytes`);
  const json = decodeUtf8(await source.read(LENGTH_BYTES, start), { fatal: true });
  if (json === undefined) return fail('bad-header', 'its header is not UTF-8');

  const metadata = new Map<string, string>();
  const headers: Header[] = [];
  const reader = jsonReader(json, fail);
  reader.object((name) => {
    if (name === '__metadata__')
      reader.object((key) => metadata.set(key, reader.isText() ? reader.text() : reader.raw()));
    else headers.push(readHeader(reader, name, fail));
  });
  reader.end();
  checkTiling(headers, source.size - start, fail);
  return {
    name: source.name,
    container: 'safetensors',
    tensors: new Map(headers.map((header) => [header.name, entry(source, start, header)])),
    metadata,
    value: undefined,
  };
}

function readHeader(reader: JsonReader, name: string, fail: Fail): Header {
  let dtypeName: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  const counts = (limit: number, what: string): number[] => {
    const list: number[] = [];
    reader.list(() => {
      if (list.length >= limit) fail('too-large', `tensor ${quoted(name)} has more than ${limit} ${what}`);
      list.push(reader.count());
    });
    return list;
  };
  reader.object((field) => {
    if (field === 'dtype') dtypeName = reader.text();
    else if (field === 'shape') shape = counts(RANK_LIMIT, 'axes');
    else if (field === 'data_offsets') offsets = counts(RANK_LIMIT, 'offsets');
    else reader.raw();
  });
  if (dtypeName === undefined || shape === undefined || offsets?.length !== 2)
    return fail('bad-header', `tensor ${quoted(name)} lacks dtype, shape or a pair of data_offsets`);
  const dtype = KNOWN.get(dtypeName);
  if (dtype === undefined)
    return fail('unsupported', `tensor ${quoted(name)} has the element type ${quoted(dtypeName)}`);
  const [begin, end] = offsets as [number, number];
  if (begin > end) fail('out-of-range', `tensor ${quoted(name)} ends before it begins`);
  // The product without its zeros must be countable too, or 0 × 2^60 would pass.
  const bytes = shape.reduce((n, size) => n * (size || 1), 1) * DTYPES[dtype];
  if (!Number.isSafeInteger(bytes))
    fail('out-of-range', `tensor ${quoted(name)} has more elements than can be counted`);
  if (end - begin !== (shape.includes(0) ? 0 : bytes))
    fail('bad-header', `tensor ${quoted(name)} has ${end - begin} bytes, but its shape needs another number`);
  return { name, dtype, shape, begin, end };
}

/** The tensors, in order of their offsets, must fill [0, size) exactly. */
function checkTiling(headers: readonly Header[], size: number, fail: Fail): void {
  let filled = 0;
  for (const { name, begin, end } of headers.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < filled) fail('overlapping', `tensor ${quoted(name)} overlaps another`);
    if (begin > filled) fail('overlapping', `there is a hole of ${begin - filled} bytes before tensor ${quoted(name)}`);
    if (end > size) fail('truncated', `ends inside tensor ${quoted(name)}: it has ${size} bytes of data`);
    filled = end;
  }
  if (filled < size) fail('overlapping', `${size - filled} bytes after the last tensor belong to nothing`);
}

function entry(source: ByteSource, start: number, { name, dtype, shape, begin, end }: Header): TensorEntry {
  return {
    name,
    dtype,
    shape,
    range: { offset: start + begin, length: end - begin },
    read: () => source.read(start + begin, start + end),
  };
}
