import { createHash } from 'node:crypto';
import { isPickleObject, type PickleTensor, type PickleValue } from '@graft/core/formats';

/** An unpickled object as plain JSON, and its tensors in the order of a depth-first walk, each at its first place. */
export interface Flat {
  readonly tensors: readonly {
    readonly path: readonly (string | number)[];
    readonly tensor: PickleTensor | Omit<PickleTensor, 'kind'>;
  }[];
  readonly value: unknown;
}

/** Length at which the data cut the text of a key that is a class. */
const CLASS_TEXT = 40;

export function flatten(root: PickleValue): Flat {
  const tensors: { path: (string | number)[]; tensor: PickleTensor }[] = [];
  const plain = (value: PickleValue, path: (string | number)[]): unknown => {
    if (typeof value === 'number') return number(value);
    if (typeof value === 'bigint') return `int ${value}`;
    if (typeof value === 'string') return utf16(value);
    if (value === null || typeof value === 'boolean') return value;
    if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
    if (value instanceof Map)
      return {
        dict: [...(value as ReadonlyMap<PickleValue, PickleValue>)].map(([key, item]) => [
          plain(key, path),
          plain(item, [...path, keyText(key)]),
        ]),
      };
    if (value instanceof Set) return { set: [...(value as ReadonlySet<PickleValue>)].map((item) => plain(item, path)) };
    if (!isPickleObject(value))
      return [...(value as readonly PickleValue[])].map((item, i) => plain(item, [...path, i]));
    switch (value.kind) {
      case 'tensor': {
        const known = tensors.findIndex(({ tensor }) => tensor === value);
        if (known >= 0) return { tensor: known };
        tensors.push({ path, tensor: value });
        return { tensor: tensors.length - 1 };
      }
      case 'ndarray':
        return { ndarray: [value.dtype, value.shape, createHash('sha256').update(value.bytes).digest('hex')] };
      case 'complex':
        return { complex: [number(value.re), number(value.im)] };
      case 'storage':
        return 'storage';
      default:
        return { [value.kind]: value.name };
    }
  };
  return { value: plain(root, []), tensors };
}

function keyText(key: PickleValue): string | number {
  if (typeof key === 'string' || typeof key === 'number') return key;
  if (key !== null && isPickleObject(key) && key.kind === 'global') return `<class '${key.name}'>`.slice(0, CLASS_TEXT);
  return typeof key === 'boolean' ? (key ? 'True' : 'False') : key === null ? 'None' : '?';
}

function number(value: number): unknown {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : `float ${Object.is(value, -0) ? '-0' : value}`;
}

/** JSON would mend half a surrogate pair differently from one side to the other. */
function utf16(text: string): unknown {
  return /\p{Cs}/u.test(text) ? { utf16: Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)) } : text;
}

const NUMPY_DTYPES: ReadonlyMap<string, string> = new Map([
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

/** The data's own notation in the same plain form; what a reader need not tell apart is made equal. */
export function expectedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expectedValue);
  if (typeof value !== 'object' || value === null) return value;
  const item = value as Readonly<Record<string, unknown>>;
  switch (item['$']) {
    case 'tensor':
      return { tensor: item['index'] };
    case 'dict':
    case 'OrderedDict':
    case 'defaultdict':
    case 'ParameterDict':
      return { dict: expectedValue(item['entries']) };
    case 'tuple':
    case 'torch.Size':
      return expectedValue(item['items']);
    case 'set':
      return { set: expectedValue(item['items']) };
    case 'int':
      return `int ${String(item['value'])}`;
    case 'float':
      return `float ${String(item['value'])}`;
    case 'str':
      return { utf16: item['utf16'] };
    case 'bytes':
    case 'bytearray':
      return { bytes: item['hex'] };
    case 'complex':
      return { complex: [item['re'], item['im']] };
    case 'numpy':
      return expectedValue(item['value']);
    case 'ndarray':
      return { ndarray: [NUMPY_DTYPES.get(String(item['dtype']).slice(1)), item['shape'], item['sha256']] };
    case 'torch.dtype':
      return { dtype: item['name'] };
    case 'torch.device':
      return { device: item['name'] };
    case 'class':
      return { global: item['name'] };
    case 'storage':
      return 'storage';
    default:
      return { [String(item['$'])]: item['name'] };
  }
}
