import type { ByteSource } from '../bytes/index.ts';
import { FormatError } from '../errors/index.ts';
import { DTYPES } from '../tensor/index.ts';
import type { ModelFile } from './model-file.ts';
import { isGlobal } from './pickle-globals.ts';
import type { Machine, PersistentLoad } from './pickle-machine.ts';
import { readPickle } from './pickle.ts';
import type { PickleValue } from './pickle-value.ts';
import { quoted } from './printable.ts';
import { readStorageId, torchModelFile } from './torch-object.ts';
import type { Storage, StorageData } from './torch-tensor.ts';
import { PICKLE_LIMIT } from './torch-zip.ts';

// torch < 1.6, torch/serialization.py `_legacy_save`: five pickles, then the storages.
//   magic · protocol 1001 · system {little_endian, …} · the object · list of root storage keys
//   then for each key, in the order of that list: i64 LE number of elements, elements.

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** First part of a file that is looked at; grows until a pickle fits. */
const FIRST_WINDOW = 64 * 1024;
const COUNT_BYTES = 8;

/**
 * Opens a torch file of the time before zip: reads its pickles and hops over its storages.
 * Throws FormatError: those of `readPickle`; `not-a-model` for a pickle of something else and objects without tensors;
 * `truncated`, `bad-header`, `out-of-range` for storages that are not as the pickles say; `unsupported` for big-endian files.
 */
export async function openTorchLegacy(source: ByteSource): Promise<ModelFile> {
  const bad = (message: string): never => {
    throw new FormatError('bad-header', source.name, message);
  };
  let storages: Storage[] = [];
  let at = 0;
  const next = async (persistent: PersistentLoad): Promise<PickleValue> => {
    const { value, length } = await readPickleAt(source, at, () => (storages = []), persistent);
    at += length;
    return value;
  };
  const none: PersistentLoad = (_, machine) => machine.fail('bad-header', 'its pickle refers to a storage too early');

  if ((await next(none)) !== MAGIC)
    throw new FormatError('not-a-model', source.name, 'is a Python pickle, but none of torch', {
      hint: 'Convert it to safetensors with the program that wrote it.',
    });
  if ((await next(none)) !== PROTOCOL) bad('has an unknown protocol of torch');
  const system = await next(none);
  if (!(system instanceof Map)) return bad('does not describe the system that wrote it');
  if (system.get('little_endian') === false)
    throw new FormatError('unsupported', source.name, 'was written on a big-endian machine');
  const value = await next((id, machine) => {
    const loaded = load(id, machine);
    if (typeof loaded === 'object' && loaded !== null && 'window' in loaded) storages.push(loaded);
    return loaded;
  });
  const used = storages;
  const keys = await next(none);
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) return bad('has no list of its storages');
  const data = await readStorages(source, at, keys, used);
  for (const storage of used) storage.data = windowOf(source, storage, data.get(storage.key));
  return torchModelFile(source.name, 'torch-legacy', value);
}

/** ('storage', class, key, location, numel, window) or ('module', class, file, source): the class alone. */
function load(id: PickleValue, machine: Machine): Storage | PickleValue {
  if (Array.isArray(id) && id[0] === 'module') {
    const type = id[1] as PickleValue | undefined;
    return type !== undefined && isGlobal(type) ? type : machine.fail('bad-header', 'its pickle refers to no module');
  }
  const { storage, rest } = readStorageId(id, 6, machine);
  const [window] = rest;
  if (window === null) return storage;
  if (!Array.isArray(window) || window.length !== 3) return machine.fail('bad-header', 'a storage has a broken window');
  const [, offset, numel] = window as PickleValue[];
  if (![offset, numel].every((n) => Number.isSafeInteger(n) && (n as number) >= 0))
    return machine.fail('out-of-range', 'a storage has a window outside its root');
  const [from, size] = [offset as number, numel as number];
  if (from + size > storage.numel) return machine.fail('out-of-range', 'a storage has a window outside its root');
  return { ...storage, numel: size, window: { offset: from, numel: storage.numel } };
}

/** Reads a pickle of unknown length: a larger part of the file each time it does not fit. */
async function readPickleAt(
  source: ByteSource,
  at: number,
  restart: () => void,
  persistent: PersistentLoad,
): Promise<{ readonly value: PickleValue; readonly length: number }> {
  for (let window = FIRST_WINDOW; ; window *= 8) {
    const end = Math.min(source.size, at + Math.min(window, PICKLE_LIMIT));
    restart();
    try {
      return readPickle(await source.read(at, end), source.name, persistent);
    } catch (error) {
      if (!(error instanceof FormatError) || error.fault !== 'truncated' || end === source.size) throw error;
      if (end - at >= PICKLE_LIMIT)
        throw new FormatError('too-large', source.name, `has a pickle of more than ${PICKLE_LIMIT} bytes`);
    }
  }
}

/** Root storages by key, found by hopping from one to the next. */
async function readStorages(
  source: ByteSource,
  start: number,
  keys: readonly string[],
  used: readonly Storage[],
): Promise<ReadonlyMap<string, StorageData>> {
  const roots = new Map(used.map((storage) => [storage.key, storage]));
  const found = new Map<string, StorageData>();
  let at = start;
  for (const key of keys) {
    const root = roots.get(key);
    if (root === undefined)
      throw new FormatError('bad-header', source.name, `lists the storage ${quoted(key)}, which nothing uses`);
    if (found.has(key)) throw new FormatError('bad-header', source.name, `lists the storage ${quoted(key)} twice`);
    if (at + COUNT_BYTES > source.size)
      throw new FormatError('truncated', source.name, `ends before the storage ${quoted(key)}`);
    const count = await source.read(at, at + COUNT_BYTES);
    const numel = new DataView(count.buffer, count.byteOffset, COUNT_BYTES).getBigInt64(0, true);
    const claimed = root.window?.numel ?? root.numel;
    if (numel !== BigInt(claimed))
      throw new FormatError(
        'out-of-range',
        source.name,
        `storage ${quoted(key)} has ${numel} elements, its pickle says ${claimed}`,
      );
    const offset = at + COUNT_BYTES;
    const size = claimed * DTYPES[root.dtype];
    if (offset + size > source.size)
      throw new FormatError('truncated', source.name, `ends inside the storage ${quoted(key)}`);
    found.set(key, { size, offset, read: (from, to) => source.read(offset + from, offset + to) });
    at = offset + size;
  }
  return found;
}

/** The part of a root that a storage is. */
function windowOf(source: ByteSource, storage: Storage, root: StorageData | undefined): StorageData | undefined {
  if (root === undefined || storage.window === undefined) return root;
  const bytes = DTYPES[storage.dtype];
  const from = storage.window.offset * bytes;
  const size = storage.numel * bytes;
  if (from + size > root.size)
    throw new FormatError('out-of-range', source.name, `storage ${quoted(storage.key)} has a window outside its root`);
  return {
    size,
    offset: root.offset === undefined ? undefined : root.offset + from,
    read: (start, end) => root.read(from + start, from + end),
  };
}
