import { encodeUtf8 } from '../bytes/index.ts';
import { deflateSync } from 'fflate';

// Small torch files put together by hand, for tests of their readers.

/** Bytes one after the other. */
export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function le(value: number | bigint, bytes: 2 | 4 | 8): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
  return out.subarray(0, bytes);
}

/** Pickle opcodes, as far as these files need them. */
export const pickle = {
  text: (value: string): Uint8Array => concat([0x58], le(encodeUtf8(value).length, 4), encodeUtf8(value)),
  int: (value: number): Uint8Array => concat([0x4a], le(value, 4)),
  long: (value: bigint): Uint8Array => concat([0x8a, 10], le(value, 8), le(value >> 64n, 2)),
  global: (module: string, name: string): Uint8Array => encodeUtf8(`c${module}\n${name}\n`),
  tuple: (...items: readonly Uint8Array[]): Uint8Array => concat([0x28], ...items, [0x74]),
  list: (...items: readonly Uint8Array[]): Uint8Array => concat([0x5d, 0x28], ...items, [0x65]),
  dict: (...entries: readonly (readonly [string, Uint8Array])[]): Uint8Array =>
    concat([0x7d, 0x28], ...entries.flatMap(([key, value]) => [pickle.text(key), value]), [0x75]),
  call: (callee: Uint8Array, ...args: readonly Uint8Array[]): Uint8Array =>
    concat(callee, pickle.tuple(...args), [0x52]),
  none: (): Uint8Array => Uint8Array.of(0x4e),
  no: (): Uint8Array => Uint8Array.of(0x89),
  yes: (): Uint8Array => Uint8Array.of(0x88),
  /** A whole pickle of protocol 2. */
  whole: (value: Uint8Array): Uint8Array => concat([0x80, 2], value, [0x2e]),
} as const;

/** A tensor's claim; FloatStorage unless told otherwise. */
export interface ClaimedTensor {
  readonly key?: string;
  readonly storage?: string;
  readonly numel: number;
  readonly offset?: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
  /** Adds the sixth part of a legacy id: a window (offset, numel), or none. */
  readonly legacy?: boolean;
  readonly window?: readonly [number, number];
}

/** `_rebuild_tensor_v2` of a claim. */
export function tensorPickle(claim: ClaimedTensor): Uint8Array {
  const { key = '0', storage = 'FloatStorage', numel, offset = 0, size, stride, legacy = false, window } = claim;
  const view = window === undefined ? pickle.none() : pickle.tuple(pickle.text(`${key}w`), ...window.map(pickle.int));
  const id = pickle.tuple(
    pickle.text('storage'),
    pickle.global('torch', storage),
    pickle.text(key),
    pickle.text('cpu'),
    pickle.int(numel),
    ...(legacy ? [view] : []),
  );
  return pickle.call(
    pickle.global('torch._utils', '_rebuild_tensor_v2'),
    concat(id, [0x51]),
    pickle.int(offset),
    pickle.tuple(...size.map(pickle.int)),
    pickle.tuple(...stride.map(pickle.int)),
    pickle.no(),
    pickle.call(pickle.global('collections', 'OrderedDict')),
  );
}

/** A member of a zip archive to be made. */
export interface MadeMember {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  /** What the directory says of its size, if it lies. */
  readonly claimed?: number;
}

/** A plain zip archive. */
export function zipFile(members: readonly MadeMember[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, data, deflate = false, claimed = data.length } of members) {
    const bytes = encodeUtf8(name);
    const packed = deflate ? deflateSync(data) : data;
    const common = concat(le(20, 2), le(0, 2), le(deflate ? 8 : 0, 2), le(0, 4), le(0, 4), le(packed.length, 4));
    const sizes = concat(le(claimed, 4), le(bytes.length, 2), le(0, 2));
    const local = concat([0x50, 0x4b, 3, 4], common, sizes, bytes, packed);
    directory.push(
      concat([0x50, 0x4b, 1, 2], le(20, 2), common, sizes, le(0, 2), le(0, 4), le(0, 4), le(at, 4), bytes),
    );
    parts.push(local);
    at += local.length;
  }
  const list = concat(...directory);
  const count = le(members.length, 2);
  return concat(...parts, list, [0x50, 0x4b, 5, 6], le(0, 4), count, count, le(list.length, 4), le(at, 4), le(0, 2));
}

/** The members of a torch zip file: `folder/data.pkl`, `folder/data/0` …. */
export function torchMembers(object: Uint8Array, storages: readonly Uint8Array[], folder = 'archive'): MadeMember[] {
  return [
    { name: `${folder}/data.pkl`, data: pickle.whole(object) },
    ...storages.map((data, i) => ({ name: `${folder}/data/${i}`, data })),
    { name: `${folder}/version`, data: encodeUtf8('3\n') },
  ];
}

/** A torch file of the time before zip. */
export function torchLegacyFile(
  object: Uint8Array,
  storages: readonly { readonly key: string; readonly numel: number; readonly data: Uint8Array }[],
): Uint8Array {
  return concat(
    pickle.whole(pickle.long(0x1950a86a20f9469cfc6cn)),
    pickle.whole(pickle.int(1001)),
    pickle.whole(pickle.dict(['protocol_version', pickle.int(1001)], ['little_endian', pickle.yes()])),
    pickle.whole(object),
    pickle.whole(pickle.list(...storages.map(({ key }) => pickle.text(key)))),
    ...storages.flatMap(({ numel, data }) => [le(numel, 8), data]),
  );
}

/** Bytes of float32 numbers. */
export function floats(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}
