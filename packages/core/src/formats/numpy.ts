import { DTYPES, numel, widen, type DType } from '../tensor/index.ts';
import type { Fail } from './fail.ts';
import { gather } from './gather.ts';
import { exactNumber } from './pickle-text.ts';
import { RANK_LIMIT } from './model-file.ts';
import type { PickleArray, PickleValue } from './pickle-value.ts';

// Pickled numpy values; numpy/_core/src/multiarray/{descriptor,methods}.c, __reduce__ and __setstate__.

/** A numpy element type, completed by its state. */
export interface NumpyDtype {
  readonly kind: 'numpy-dtype';
  /** `f4`, `i8`, `b1`, `O8` …: without byte order. */
  readonly name: string;
  bigEndian: boolean;
  /** Fields, sub-arrays or a size of its own. */
  structured: boolean;
}

const CODES: ReadonlyMap<string, DType> = new Map([
  ['b1', 'BOOL'],
  ['i1', 'I8'],
  ['i2', 'I16'],
  ['i4', 'I32'],
  ['i8', 'I64'],
  ['u1', 'U8'],
  ['u2', 'U16'],
  ['u4', 'U32'],
  ['u8', 'U64'],
  ['f2', 'F16'],
  ['f4', 'F32'],
  ['f8', 'F64'],
  ['c8', 'C64'],
  ['c16', 'C128'],
]);

/** `numpy.dtype('f4', align, copy)`. */
export function numpyDtype(name: string): NumpyDtype {
  const bare = /^[<>|=]/.test(name) ? name.slice(1) : name;
  return { kind: 'numpy-dtype', name: bare, bigEndian: name.startsWith('>'), structured: false };
}

/** State of a dtype: (version, byte order, sub-array, names, fields, item size, alignment, flags…). */
export function setDtypeState(dtype: NumpyDtype, state: PickleValue, fail: Fail): void {
  if (!Array.isArray(state) || state.length < 7) return fail('bad-header', 'a numpy dtype has a broken state');
  const [, order, subarray, names, fields, size] = state as PickleValue[];
  dtype.bigEndian = order === '>';
  dtype.structured =
    [subarray, names, fields].some((part) => part !== null) || (size !== -1 && size !== Number(dtype.name.slice(1)));
}

/** The plain element type of a dtype; fails as `unsupported` for objects, texts, dates and structures. */
function plain(dtype: NumpyDtype, fail: Fail): DType {
  const known = dtype.structured ? undefined : CODES.get(dtype.name);
  return (
    known ??
    fail(
      'unsupported',
      `holds numpy values of the type ${JSON.stringify(dtype.name.slice(0, 40))}${dtype.structured ? ' with fields or a size of its own' : ''}`,
    )
  );
}

/** Little-endian bytes of `shape`; checks the number of bytes. Copies only to swap. */
function littleEndian(dtype: NumpyDtype, bytes: Uint8Array, fail: Fail): Uint8Array {
  if (!dtype.bigEndian) return bytes;
  const type = plain(dtype, fail);
  const step = type === 'C64' || type === 'C128' ? DTYPES[type] / 2 : DTYPES[type];
  const out = bytes.slice();
  for (let i = 0; i < out.length; i += step) out.subarray(i, i + step).reverse();
  return out;
}

/** `numpy.core.multiarray.scalar(dtype, bytes)` → the number itself. */
export function numpyScalar(dtype: NumpyDtype, data: PickleValue, fail: Fail): PickleValue {
  const type = plain(dtype, fail);
  if (!(data instanceof Uint8Array) || data.length !== DTYPES[type])
    return fail('out-of-range', 'a numpy number has another size than its type');
  const bytes = littleEndian(dtype, data, fail);
  return readNumber(type, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** One element as a value: text-free, exact, bigints only beyond 2^53. */
function readNumber(type: DType, view: DataView): PickleValue {
  switch (type) {
    case 'BOOL':
      return view.getUint8(0) !== 0;
    case 'I64':
      return exactNumber(view.getBigInt64(0, true));
    case 'U64':
      return exactNumber(view.getBigUint64(0, true));
    case 'F64':
      return view.getFloat64(0, true);
    case 'I32':
      return view.getInt32(0, true);
    case 'U32':
      return view.getUint32(0, true);
    case 'C64':
      return { kind: 'complex', re: view.getFloat32(0, true), im: view.getFloat32(4, true) };
    case 'C128':
      return { kind: 'complex', re: view.getFloat64(0, true), im: view.getFloat64(8, true) };
    default:
      return widen(type, new Uint8Array(view.buffer, view.byteOffset, view.byteLength))[0]!;
  }
}

/** `numpy.core.multiarray._reconstruct(numpy.ndarray, (0,), b'b')`: empty until its state is set. */
export function numpyArray(): PickleArray {
  return { kind: 'ndarray', dtype: 'U8', shape: [0], bytes: new Uint8Array() };
}

/** State of an array: (version, shape, dtype, column-major?, bytes). */
export function setArrayState(array: PickleArray, state: PickleValue, fail: Fail): void {
  const [, shape, dtype, columns, data] = Array.isArray(state) && state.length === 5 ? (state as PickleValue[]) : [];
  if (!isNumpyDtype(dtype)) return fail('bad-header', 'a numpy array has a broken state');
  const type = plain(dtype, fail);
  if (
    !Array.isArray(shape) ||
    shape.length > RANK_LIMIT ||
    !shape.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)
  )
    return fail('out-of-range', 'a numpy array has no valid shape');
  const sizes = shape as number[];
  if (!(data instanceof Uint8Array)) return fail('bad-header', 'a numpy array holds no bytes');
  // Infinity and rounded products differ from the length of real bytes as well.
  if (numel(sizes) * DTYPES[type] !== data.length)
    return fail('out-of-range', `a numpy array of ${data.length} bytes does not fill its shape`);
  const bytes = littleEndian(dtype, data, fail);
  const out = columns === true ? rowMajor(bytes, sizes, DTYPES[type]) : bytes.slice();
  Object.assign(array, { dtype: type, shape: sizes, bytes: out } satisfies Omit<PickleArray, 'kind'>);
}

export function isNumpyDtype(value: PickleValue | undefined): value is NumpyDtype {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'numpy-dtype';
}

/** Column-major elements in row-major order. */
function rowMajor(from: Uint8Array, shape: readonly number[], bytes: number): Uint8Array {
  let next = 1;
  const stride = shape.map((size) => {
    const own = next;
    next *= size;
    return own;
  });
  return gather(from, { size: shape, stride, bytes }, new Uint8Array(from.length));
}
