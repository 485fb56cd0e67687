import { FormatError } from '../errors/index.ts';
import { DTYPES, type DType } from '../tensor/index.ts';
import type { Container, ModelFile, TensorEntry } from './model-file.ts';
import { isGlobal } from './pickle-globals.ts';
import { COST, type Machine } from './pickle-machine.ts';
import { isPickleObject, type PickleDict, type PickleValue } from './pickle-value.ts';
import { quoted } from './printable.ts';
import { isTorchTensor, type Storage, type TorchTensor } from './torch-tensor.ts';

/** Containers in each other; real files have at most eight. */
const DEPTH_LIMIT = 32;
/** Values that are visited while tensors are listed: shared containers count each time. */
const VISIT_LIMIT = 1_000_000;
/** Tensors of one file; the largest checkpoints have ten thousand with their optimizer. */
const TENSOR_LIMIT = 65_536;

/** The model file of an unpickled object whose storages have been found. Throws FormatError, naming the tensor. */
export function torchModelFile(file: string, container: Container, value: PickleValue): ModelFile {
  const found: { readonly path: readonly string[]; readonly tensor: TorchTensor }[] = [];
  const ancestors = new Set<PickleValue>();
  let visits = 0;
  const visit = (item: PickleValue, path: readonly string[]): void => {
    if (++visits > VISIT_LIMIT) throw new FormatError('too-large', file, `holds more than ${VISIT_LIMIT} values`);
    if (typeof item !== 'object' || item === null || item instanceof Uint8Array) return;
    if (isPickleObject(item)) {
      if (!isTorchTensor(item)) return;
      checkStorage(file, item.storage, path);
      if (found.length >= TENSOR_LIMIT)
        throw new FormatError('too-large', file, `holds more than ${TENSOR_LIMIT} tensors`);
      found.push({ path, tensor: item });
      return;
    }
    // A container that holds itself is listed once.
    if (ancestors.has(item)) return;
    if (path.length >= DEPTH_LIMIT)
      throw new FormatError('too-large', file, `nests its values deeper than ${DEPTH_LIMIT}`);
    ancestors.add(item);
    if (item instanceof Map) for (const [key, part] of item as PickleDict) visit(part, [...path, keyText(key)]);
    else [...(item as Iterable<PickleValue>)].forEach((part, i) => visit(part, [...path, String(i)]));
    ancestors.delete(item);
  };
  visit(value, []);
  if (found.length === 0) throw new FormatError('not-a-model', file, 'is a torch file without a tensor');

  // A checkpoint: what trained it stands beside its weights.
  const weights = found.filter(({ path }) => path[0] === 'state_dict' && path.length > 1);
  const tensors = new Map<string, TensorEntry>();
  for (const { path, tensor } of weights.length > 0 ? weights : found) {
    const name = (weights.length > 0 ? path.slice(1) : path).join('.');
    if (tensors.has(name)) throw new FormatError('bad-header', file, `two of its tensors are called ${quoted(name)}`);
    const { dtype, shape, range } = tensor;
    tensors.set(name, { name, dtype, shape, range, read: () => tensor.read() });
  }
  return { name: file, container, tensors, metadata: new Map(), value };
}

function checkStorage(file: string, storage: Storage, path: readonly string[]): void {
  const name = quoted(path.join('.'));
  if (storage.data === undefined)
    throw new FormatError('out-of-range', file, `the data ${quoted(storage.key)} of tensor ${name} is missing`);
  const needed = storage.numel * DTYPES[storage.dtype];
  if (needed > storage.data.size)
    throw new FormatError(
      'out-of-range',
      file,
      `tensor ${name} claims ${needed} bytes of data, there are ${storage.data.size}`,
    );
}

/** A dict key in a tensor's name. */
function keyText(key: PickleValue): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'bigint') return String(key);
  if (typeof key === 'boolean') return key ? 'True' : 'False';
  if (key === null) return 'None';
  return isGlobal(key) ? `<class '${key.name}'>` : '?';
}

/** Element type and length of a persistent id ('storage', class, key, location, numel[, window]); fails if it is none. */
export function readStorageId(
  id: PickleValue,
  length: number,
  machine: Machine,
): { storage: Storage; rest: readonly PickleValue[] } {
  if (!Array.isArray(id) || id.length !== length || id[0] !== 'storage')
    return machine.fail('bad-header', 'its pickle refers to something that is no storage');
  const [, type, rawKey, , numel, ...rest] = id as PickleValue[];
  if (type === undefined || !isGlobal(type) || type.storage === undefined)
    return machine.fail('bad-header', 'a storage has no known class');
  const key = keyOf(rawKey, machine);
  if (typeof numel === 'bigint') return machine.fail('out-of-range', `a storage claims ${numel} elements`);
  const { dtype, untyped }: { readonly dtype: DType; readonly untyped: boolean } = type.storage;
  if (
    machine.hasWholeFloats(id) ||
    typeof numel !== 'number' ||
    !Number.isSafeInteger(numel * DTYPES[dtype]) ||
    numel < 0
  )
    return machine.fail('out-of-range', 'a storage has no valid number of elements');
  machine.charge(COST.object + COST.list);
  return { storage: { kind: 'storage', key, dtype, numel, window: undefined, untyped, data: undefined }, rest };
}

function keyOf(key: PickleValue | undefined, machine: Machine): string {
  return typeof key === 'string' ? key : machine.fail('bad-header', 'a storage has no key');
}
