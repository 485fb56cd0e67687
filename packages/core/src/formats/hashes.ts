import { decodeUtf8, type ByteSource } from '../bytes/index.ts';
import { throwIfAborted, type Cancel } from '../errors/index.ts';
import type { ModelFile } from './model-file.ts';
import { writeSafetensors } from './safetensors-write.ts';

/** A running checksum. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** The checksum as lower-case hexadecimal digits. Called once, at the end. */
  digest(): string;
}

/** Makes checksums: a port, because the fast ones belong to the platform. `crc32` is IEEE's, most significant byte first. */
export interface Hashers {
  sha256(): Hasher;
  crc32(): Hasher;
}

/** The checksums by which programs and sites know a model file. All in lower case. */
export interface ModelHashes {
  /** Bytes of the file. */
  readonly size: number;
  /** SHA-256 of the whole file. */
  readonly sha256: string;
  /** A1111's old model hash: of 64 KiB at 1 MiB, 8 digits; of whatever is there. */
  readonly autov1: string;
  /** A1111's model hash: the first 10 digits of `sha256`. */
  readonly autov2: string;
  /** SHA-256 of what follows the header of a safetensors file: stays when metadata are edited; undefined for other files. */
  readonly autov3: string | undefined;
  readonly crc32: string;
}

const STEP = 4 << 20;
const OLD = { start: 0x100000, end: 0x110000 } as const;
const OLD_DIGITS = 8;
const NEW_DIGITS = 10;
/** Digits by which A1111 writes a LoRA or an embedding into infotexts. */
export const SHORT_DIGITS = 12;
const LENGTH_BYTES = 8;

export interface HashOptions {
  readonly cancel?: Cancel | undefined;
  /** Called now and then with the share of the file that has been read, 0…1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** Reads a file once and computes its checksums. Throws AbortedError and the source's own errors. */
export async function hashModel(source: ByteSource, hashers: Hashers, options: HashOptions = {}): Promise<ModelHashes> {
  const { size } = source;
  const dataStart = await dataStartOf(source);
  const whole = hashers.sha256();
  const old = hashers.sha256();
  const data = hashers.sha256();
  const crc = hashers.crc32();
  for (let at = 0; at < size; at += STEP) {
    throwIfAborted(options.cancel);
    const bytes = await source.read(at, Math.min(at + STEP, size));
    whole.update(bytes);
    crc.update(bytes);
    old.update(within(bytes, at, OLD.start, OLD.end));
    if (dataStart !== undefined) data.update(within(bytes, at, dataStart, size));
    options.onProgress?.((at + bytes.length) / size);
  }
  const sha256 = whole.digest();
  return {
    size,
    sha256,
    autov1: old.digest().slice(0, OLD_DIGITS),
    autov2: sha256.slice(0, NEW_DIGITS),
    autov3: dataStart === undefined ? undefined : data.digest(),
    crc32: crc.digest(),
  };
}

/** The part of bytes read at `at` that lies in [start, end) of the file. */
function within(bytes: Uint8Array, at: number, start: number, end: number): Uint8Array {
  return bytes.subarray(Math.max(0, start - at), Math.max(0, end - at));
}

/** Where the data of a safetensors file begins; undefined for other files. The header is not judged otherwise. */
async function dataStartOf(source: ByteSource): Promise<number | undefined> {
  if (source.size < LENGTH_BYTES + 1) return undefined;
  const head = await source.read(0, LENGTH_BYTES + 1);
  const end = LENGTH_BYTES + Number(new DataView(head.buffer, head.byteOffset).getBigUint64(0, true));
  return end <= source.size && decodeUtf8(head.subarray(LENGTH_BYTES)) === '{' ? end : undefined;
}

/** The checksums that kohya's trainers write into a file's metadata. */
export interface KohyaHashes {
  /** `sshs_model_hash`: SHA-256 of the tensors' bytes in the order of the file. */
  readonly model: string;
  /** `sshs_legacy_hash`: the old hash, of the file with no metadata but `ss_*`. */
  readonly legacy: string;
}

/** What kohya's trainers would write for a file of these tensors and metadata. Throws as `writeSafetensors`. */
export async function kohyaHashes({ tensors, metadata }: ModelFile, hashers: Hashers): Promise<KohyaHashes> {
  const own = new Map([...metadata].filter(([key]) => key.startsWith('ss_')));
  const model = hashers.sha256();
  const legacy = hashers.sha256();
  let at = 0;
  let dataStart: number | undefined;
  for await (const bytes of writeSafetensors(tensors.values(), own).chunks()) {
    dataStart ??= LENGTH_BYTES + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    legacy.update(within(bytes, at, OLD.start, OLD.end));
    model.update(within(bytes, at, dataStart, Infinity));
    at += bytes.length;
  }
  return { model: model.digest(), legacy: legacy.digest().slice(0, OLD_DIGITS) };
}
