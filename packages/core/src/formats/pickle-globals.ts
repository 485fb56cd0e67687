import { DTYPES, type DType } from '../tensor/index.ts';
import { isNumpyDtype, numpyArray, numpyDtype, numpyScalar } from './numpy.ts';
import { COST, type Machine } from './pickle-machine.ts';
import { encodeLatin1 } from './pickle-text.ts';
import { isPickleObject, type PickleDict, type PickleValue } from './pickle-value.ts';
import { quoted } from './printable.ts';
import { STORAGE_DTYPES, TORCH_DTYPES } from './torch-types.ts';
import { isTorchTensor, torchTensor, type Storage, type TorchTensor } from './torch-tensor.ts';

/**
 * A name that pickles may mention. It stands for a few lines in this file, never for anything that is looked up:
 * the table below is the whole world of a pickle.
 */
export interface Global {
  readonly kind: 'global';
  /** `module.name`. */
  readonly name: string;
  /** Whether NEWOBJ may make one. */
  readonly isClass: boolean;
  /** What calling it gives; without it, it may only be mentioned. */
  readonly call?: (args: readonly PickleValue[], machine: Machine) => PickleValue;
  /** For storage classes. */
  readonly storage?: { readonly dtype: DType; readonly untyped: boolean };
}

type Call = NonNullable<Global['call']>;

export function isGlobal(value: PickleValue): value is Global {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'global';
}

/** Keyed by module and name with a newline between, which no name can hold; a Map, so that no prototype answers. */
const GLOBALS = new Map<string, PickleValue>();

/** The value of `module.name`. Fails as `forbidden-pickle` for every name that is not in the table. */
export function findGlobal(module: string, name: string, machine: Machine): PickleValue {
  const found = GLOBALS.get(`${module}\n${name}`);
  if (found !== undefined) return found;
  return machine.fail('forbidden-pickle', `its pickle names ${quoted(`${module}.${name}`)}, which no model needs`);
}

/** Copy of the keys and values, or an empty dict. */
function newDict(machine: Machine): Map<PickleValue, PickleValue> {
  machine.charge(COST.dict);
  return new Map();
}

/** Adds a pair; fails for keys that Python cannot hash. */
export function setItem(dict: PickleValue, key: PickleValue, value: PickleValue, machine: Machine): void {
  if (!(dict instanceof Map)) return machine.fail('bad-header', 'its pickle sets an item of something that is no dict');
  machine.charge(COST.dictEntry);
  dict.set(hashable(key, machine), value);
}

/** Adds a member; fails for values that Python cannot hash. */
export function addItem(set: PickleValue, item: PickleValue, machine: Machine): void {
  if (!(set instanceof Set)) return machine.fail('bad-header', 'its pickle adds a member to something that is no set');
  machine.charge(COST.dictEntry);
  set.add(hashable(item, machine));
}

function hashable(key: PickleValue, machine: Machine): PickleValue {
  const mutable = key instanceof Map || key instanceof Set || (Array.isArray(key) && !Object.isFrozen(key));
  return mutable ? machine.fail('bad-header', 'its pickle uses a list, dict or set as a key') : key;
}

const orderedDict: Call = (args, machine) => {
  const dict = newDict(machine);
  if (args.length === 0) return dict;
  const [pairs] = args;
  if (args.length !== 1 || !Array.isArray(pairs))
    return machine.fail('bad-header', 'an OrderedDict is made of something odd');
  for (const pair of pairs as PickleValue[]) {
    if (!Array.isArray(pair) || pair.length !== 2)
      return machine.fail('bad-header', 'an OrderedDict is made of something odd');
    setItem(dict, pair[0] as PickleValue, pair[1] as PickleValue, machine);
  }
  return dict;
};

const counter: Call = ([counts], machine) => {
  const dict = newDict(machine);
  if (counts instanceof Map) for (const [key, value] of counts as PickleDict) setItem(dict, key, value, machine);
  return dict;
};

const defaultDict: Call = ([factory], machine) => {
  if (factory !== undefined && factory !== null && !isGlobal(factory))
    return machine.fail('bad-header', 'a defaultdict has an odd factory');
  return newDict(machine);
};

const newSet: Call = ([items = Object.freeze([])], machine) => {
  machine.charge(COST.dict);
  const set = new Set<PickleValue>();
  if (!Array.isArray(items)) return machine.fail('bad-header', 'a set is made of something that is no list');
  for (const item of items as PickleValue[]) addItem(set, item, machine);
  return set;
};

const newBytes: Call = (args, machine) =>
  args.length === 0 ? new Uint8Array() : machine.fail('bad-header', 'bytes are made of something odd');

const newByteArray: Call = (args, machine) => {
  const [data, codec] = args;
  if (args.length === 0) return new Uint8Array();
  if (data instanceof Uint8Array && args.length === 1) return data.slice();
  if (typeof data === 'string' && typeof codec === 'string') return encode([data, codec], machine);
  // A number would be a length: an empty kilobyte, or an empty terabyte.
  return machine.fail('bad-header', 'a bytearray is made of something odd');
};

const encode: Call = (args, machine) => {
  const [text, codec] = args;
  if (args.length !== 2 || typeof text !== 'string' || (codec !== 'latin1' && codec !== 'latin-1'))
    return machine.fail('forbidden-pickle', `_codecs.encode with a codec other than latin1`);
  machine.charge(COST.object + text.length);
  return encodeLatin1(text) ?? machine.fail('bad-header', 'bytes are made of characters beyond U+00FF');
};

const complex: Call = ([re, im = 0], machine) =>
  typeof re === 'number' && typeof im === 'number'
    ? { kind: 'complex', re, im }
    : machine.fail('bad-header', 'a complex number is made of something odd');

const torchSize: Call = ([size], machine) =>
  Array.isArray(size) && size.every((n) => typeof n === 'number')
    ? Object.freeze(size.slice())
    : machine.fail('bad-header', 'a torch.Size is made of something odd');

const device: Call = ([name, index], machine) =>
  typeof name === 'string' && (index === undefined || typeof index === 'number')
    ? { kind: 'device', name: index === undefined ? name : `${name}:${index}` }
    : machine.fail('bad-header', 'a torch.device is made of something odd');

/** Whole numbers of a tensor's claim, or a failure. */
function counts(value: PickleValue | undefined, what: string, machine: Machine): number[] {
  if (!Array.isArray(value) || machine.hasWholeFloats(value))
    return machine.fail('bad-header', `the ${what} of a tensor is no tuple of whole numbers`);
  return (value as PickleValue[]).map((n) => count(n, what, machine));
}

function count(value: PickleValue | undefined, what: string, machine: Machine): number {
  if (typeof value === 'bigint') return machine.fail('out-of-range', `the ${what} of a tensor is ${value}`);
  return Number.isSafeInteger(value)
    ? (value as number)
    : machine.fail('bad-header', `the ${what} of a tensor is no whole number`);
}

/** A tensor of (storage, offset, size, stride) with `rest` further arguments allowed; `dtype` overrides the storage's. */
function rebuild(args: readonly PickleValue[], machine: Machine, dtype?: DType): TorchTensor {
  machine.charge(COST.tensor);
  const [storage, offset, size, stride] = args;
  if (!isStorage(storage)) return machine.fail('bad-header', 'a tensor has no storage');
  if (machine.hasWholeFloats(args)) return machine.fail('bad-header', 'the offset of a tensor is no whole number');
  return torchTensor(
    {
      storage,
      dtype: dtype ?? storage.dtype,
      offset: count(offset, 'offset', machine),
      size: counts(size, 'size', machine),
      stride: counts(stride, 'stride', machine),
    },
    machine.fail,
  );
}

function arity(args: readonly PickleValue[], least: number, most: number, machine: Machine): void {
  if (args.length < least || args.length > most)
    machine.fail('bad-header', `a tensor is rebuilt from ${args.length} arguments`);
}

/** The last argument of newer files: views that are conjugated or negated when used. */
function refuseLazyViews(metadata: PickleValue | undefined, machine: Machine): void {
  if (!(metadata instanceof Map)) return;
  for (const name of ['conj', 'neg'])
    if (metadata.get(name) === true) machine.fail('unsupported', `a tensor is a lazy ${name} view`);
}

const rebuildV1: Call = (args, machine) => {
  arity(args, 4, 4, machine);
  return rebuild(args, machine);
};

const rebuildV2: Call = (args, machine) => {
  arity(args, 6, 7, machine);
  refuseLazyViews(args[6], machine);
  return rebuild(args, machine);
};

const rebuildV3: Call = (args, machine) => {
  arity(args, 7, 8, machine);
  refuseLazyViews(args[7], machine);
  return rebuild(args, machine, torchDtype(args[6], machine));
};

function torchDtype(value: PickleValue | undefined, machine: Machine): DType {
  const dtype =
    value !== undefined && isPickleObject(value) && value.kind === 'dtype' ? TORCH_DTYPES.get(value.name) : undefined;
  return dtype ?? machine.fail('bad-header', 'a tensor has no known dtype');
}

const rebuildParameter: Call = (args, machine) => {
  arity(args, 3, 4, machine);
  const [tensor] = args;
  return isTensor(tensor) ? tensor : machine.fail('bad-header', 'a Parameter is made of something that is no tensor');
};

const rebuildFromNumpy: Call = (args, machine) => {
  arity(args, 4, 4, machine);
  const [array] = args;
  const dtype = torchDtype(args[1], machine);
  if (array === undefined || !isPickleObject(array) || array.kind !== 'ndarray')
    return machine.fail('bad-header', 'a tensor is made of something that is no numpy array');
  if (array.dtype !== dtype)
    return machine.fail('unsupported', `a tensor of ${dtype} is kept as a numpy array of ${array.dtype}`);
  const { bytes, shape } = array;
  const storage: Storage = {
    kind: 'storage',
    key: 'numpy',
    dtype,
    numel: bytes.length / DTYPES[dtype],
    window: undefined,
    untyped: false,
    data: { size: bytes.length, offset: undefined, read: async (start, end) => bytes.subarray(start, end) },
  };
  const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((n, size) => n * size, 1));
  machine.charge(COST.tensor);
  return torchTensor({ storage, dtype, offset: 0, size: shape, stride }, machine.fail);
};

function isStorage(value: PickleValue | undefined): value is Storage {
  return value !== undefined && isPickleObject(value) && value.kind === 'storage';
}

function isTensor(value: PickleValue | undefined): value is TorchTensor {
  return typeof value === 'object' && value !== null && isTorchTensor(value);
}

const scalar: Call = ([dtype, data], machine) =>
  isNumpyDtype(dtype) && data !== undefined
    ? numpyScalar(dtype, data, machine.fail)
    : machine.fail('bad-header', 'a numpy number has no type');

const reconstruct: Call = ([type], machine) => {
  machine.charge(COST.object);
  return type !== undefined && isGlobal(type) && type.name === 'numpy.ndarray'
    ? numpyArray()
    : machine.fail('forbidden-pickle', 'numpy rebuilds something that is no array');
};

const dtype: Call = ([name], machine) => {
  machine.charge(COST.object);
  return typeof name === 'string' ? numpyDtype(name) : machine.fail('unsupported', 'a numpy dtype has no plain name');
};

function add(module: string, name: string, more: Omit<Global, 'kind' | 'name'>): void {
  GLOBALS.set(`${module}\n${name}`, Object.freeze({ kind: 'global', name: `${module}.${name}`, ...more }));
}

function addFunction(module: string, name: string, call: Call): void {
  add(module, name, { isClass: false, call });
}

function addClass(module: string, name: string, call: Call): void {
  add(module, name, { isClass: true, call });
}

addClass('collections', 'OrderedDict', orderedDict);
addClass('collections', 'Counter', counter);
addClass('collections', 'defaultdict', defaultDict);
// Its parameters come with its state.
addClass('torch.nn.modules.container', 'ParameterDict', (_, machine) => newDict(machine));
for (const module of ['builtins', '__builtin__']) {
  addClass(module, 'set', newSet);
  addClass(module, 'frozenset', newSet);
  addClass(module, 'bytes', newBytes);
  addClass(module, 'bytearray', newByteArray);
  addClass(module, 'complex', complex);
  // Factories of a defaultdict: mentioned, never called.
  for (const name of ['dict', 'list', 'tuple', 'int', 'float', 'str', 'bool']) add(module, name, { isClass: false });
}
addFunction('_codecs', 'encode', encode);
addFunction('torch._utils', '_rebuild_tensor', rebuildV1);
addFunction('torch._utils', '_rebuild_tensor_v2', rebuildV2);
addFunction('torch._utils', '_rebuild_tensor_v3', rebuildV3);
addFunction('torch._utils', '_rebuild_parameter', rebuildParameter);
addFunction('torch._utils', '_rebuild_parameter_with_state', rebuildParameter);
addFunction('torch._utils', '_rebuild_device_tensor_from_numpy', rebuildFromNumpy);
addClass('torch', 'Size', torchSize);
addClass('torch', 'device', device);
add('torch', 'Tensor', { isClass: false });
add('torch.nn.parameter', 'Parameter', { isClass: false });
for (const [name, type] of STORAGE_DTYPES)
  add('torch', name, { isClass: false, storage: { dtype: type, untyped: false } });
add('torch.storage', 'UntypedStorage', { isClass: false, storage: { dtype: 'U8', untyped: true } });
add('torch.storage', 'TypedStorage', { isClass: false });
for (const name of TORCH_DTYPES.keys()) GLOBALS.set(`torch\n${name}`, Object.freeze({ kind: 'dtype', name }));
for (const module of ['numpy.core.multiarray', 'numpy._core.multiarray']) {
  addFunction(module, 'scalar', scalar);
  addFunction(module, '_reconstruct', reconstruct);
}
addClass('numpy', 'dtype', dtype);
add('numpy', 'ndarray', { isClass: false });
addClass('pytorch_lightning.callbacks.model_checkpoint', 'ModelCheckpoint', () => ({
  kind: 'object',
  name: 'pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint',
}));
add('pytorch_lightning.callbacks', 'model_checkpoint', { isClass: false });
