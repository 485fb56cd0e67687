import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { ByteSource } from '@graft/core/bytes';
import type { OnnxWeight } from '@graft/core/onnx';
import { DTYPES, numel } from '@graft/core/tensor';
import { fileError, isFileSource } from '../files.ts';
import type { Job } from './prepare.ts';

/** A part of a model's prepared weights: one file in the cache. */
export interface Shard {
  /** Its name says what it is made from and how, so that a file of that name can be used as it is. */
  readonly file: string;
  readonly size: number;
  readonly jobs: readonly WeightJob[];
}

export interface WeightJob extends Job {
  readonly weight: OnnxWeight;
}

/** Weights start at multiples of this, for vector loads. */
const ALIGNMENT = 64;
/** Threads write one file each: writes to the same file wait for each other. */
const SHARD_BYTES = 256 * 2 ** 20;

/**
 * Plans prepared files. Weights of different model files never share one, so that what an adapter changes is prepared beside
 * a base that stays. Throws SdError `file`.
 */
export async function layOut(weights: readonly OnnxWeight[]): Promise<Shard[]> {
  const groups = new Map<ByteSource | undefined, OnnxWeight[]>();
  for (const weight of weights) {
    const { store } = weight.ref;
    // What lies in memory comes as many small sources: they go together.
    const key = isFileSource(store) ? store : undefined;
    groups.set(key, [...(groups.get(key) ?? []), weight]);
  }
  const shards: Shard[] = [];
  for (const [store, group] of groups) {
    const origin = store === undefined ? 'memory' : await sample(store);
    for (const part of split(group)) shards.push(await shardOf(part, origin));
  }
  return shards;
}

function preparedBytes({ ref, form }: OnnxWeight): number {
  return form.dtype === 'stored' ? ref.length : numel(ref.shape) * DTYPES.F32;
}

/** Lists of about equal size, in order. */
function split(weights: readonly OnnxWeight[]): OnnxWeight[][] {
  const total = weights.reduce((sum, weight) => sum + preparedBytes(weight), 0);
  const most = total / Math.ceil(total / SHARD_BYTES);
  const parts: OnnxWeight[][] = [[]];
  let bytes = 0;
  for (const weight of weights) {
    if (bytes >= most * parts.length) parts.push([]);
    parts.at(-1)!.push(weight);
    bytes += preparedBytes(weight);
  }
  return parts;
}

async function shardOf(weights: readonly OnnxWeight[], origin: string): Promise<Shard> {
  const hash = createHash('sha256').update('graft weights 2').update(origin);
  const jobs: WeightJob[] = [];
  let size = 0;
  for (const weight of weights) {
    const { ref, form } = weight;
    const from = isFileSource(ref.store)
      ? { path: ref.store.path, offset: ref.offset, length: ref.length }
      : { data: await ref.store.read(ref.offset, ref.offset + ref.length) };
    if ('data' in from) hash.update(from.data);
    hash.update(JSON.stringify([ref.offset, ref.length, ref.dtype, ref.shape, form]));
    const to = Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    const bytes = preparedBytes(weight);
    jobs.push({ weight, from, dtype: ref.dtype, shape: ref.shape, form, to, bytes });
    size = to + bytes;
  }
  return { file: `${hash.digest('hex').slice(0, 32)}.weights`, size, jobs };
}

const SAMPLES = 64;
const SAMPLE_BYTES = 4096;

/** Tells one large file from another without reading all of it: length, head, and pieces spread over the whole. */
async function sample(store: ByteSource): Promise<string> {
  const hash = createHash('sha256').update(String(store.size));
  for (let i = 0; i < SAMPLES; i++) {
    const start = Math.floor((i * Math.max(store.size - SAMPLE_BYTES, 0)) / (SAMPLES - 1));
    hash.update(await store.read(start, Math.min(start + SAMPLE_BYTES, store.size)));
  }
  if (isFileSource(store)) hash.update(String(ofFile(store.path, (path) => statSync(path).mtimeMs)));
  return hash.digest('hex');
}

/** What the system tells of a model's file. Throws SdError `file`. */
export function ofFile<T>(path: string, tell: (path: string) => T): T {
  try {
    return tell(path);
  } catch (error) {
    throw fileError(path, 'read', error);
  }
}
