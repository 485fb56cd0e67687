import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, realpathSync, renameSync, rmSync, statfsSync, statSync, truncateSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ByteSource } from '@graft/core/bytes';
import { SdError } from '@graft/core/errors';
import type { OnnxModel, OnnxWeight, Placement } from '@graft/core/onnx';
import { DTYPES, numel } from '@graft/core/tensor';
import { fileError, isFileSource } from '../files.ts';
import { CACHE_HINT, cacheFolder, makeRoom, PART, touch } from './cache.ts';
import { prepareJobs, type Job } from './prepare.ts';

export interface Placed {
  /** Folder that all locations are relative to. */
  readonly folder: string;
  place(weight: OnnxWeight): Placement;
}

/** Weights start at multiples of this, for vector loads. */
const ALIGNMENT = 64;
/** Below this many bytes threads take longer to start than to help. */
const WORTH_THREADS = 64 * 2 ** 20;
const MAX_THREADS = 8;

/**
 * Says where each weight of a model lies for the runtime: in the user's own file where its form is the stored one,
 * else in a prepared copy in the cache, made once per file and form. Throws SdError `file`.
 */
export async function placeWeights(model: OnnxModel, cache: string | undefined): Promise<Placed> {
  const own = inPlace(model);
  if (own) return own;
  const folder = cacheFolder(cache);
  const jobs = await layOut(model.weights);
  const size = jobs.reduce((end, job) => Math.max(end, job.to + job.bytes), 0);
  const file = `${await fingerprint(jobs)}.weights`;
  const path = join(folder, file);
  if (statSync(path, { throwIfNoEntry: false })?.size === size) touch(path);
  else await prepare(jobs, path, size);
  const places = new Map(jobs.map((job) => [job.weight.name, { location: file, offset: job.to, length: job.bytes }]));
  return { folder: realpathSync(folder), place: (weight) => places.get(weight.name)! };
}

/** The user's own file as it is, if every weight is wanted as stored and lies in one file. */
function inPlace({ weights }: OnnxModel): Placed | undefined {
  const store = weights[0]?.ref.store;
  if (!store) return { folder: '.', place: () => ({ location: '', offset: 0, length: 0 }) };
  const usable = weights.every(
    ({ ref, form }) => ref.store === store && !form.blocked && (form.dtype === 'stored' || ref.dtype === 'F32'),
  );
  if (!usable || !isFileSource(store)) return undefined;
  // The runtime refuses links that leave the folder, so it gets the folder where the file really is.
  const path = ofFile(store.path, (linked) => realpathSync(linked));
  return {
    folder: dirname(path),
    place: ({ ref }) => ({ location: basename(path), offset: ref.offset, length: ref.length }),
  };
}

/** What the system tells of a model's file. Throws SdError `file`. */
function ofFile<T>(path: string, tell: (path: string) => T): T {
  try {
    return tell(path);
  } catch (error) {
    throw fileError(path, 'read', error);
  }
}

interface LaidOut extends Job {
  readonly weight: OnnxWeight;
}

async function layOut(weights: readonly OnnxWeight[]): Promise<LaidOut[]> {
  let end = 0;
  const jobs: LaidOut[] = [];
  for (const weight of weights) {
    const { ref, form } = weight;
    const bytes = form.dtype === 'stored' ? ref.length : numel(ref.shape) * DTYPES.F32;
    const from = isFileSource(ref.store)
      ? { path: ref.store.path, offset: ref.offset, length: ref.length }
      : { data: await ref.store.read(ref.offset, ref.offset + ref.length) };
    jobs.push({ weight, from, dtype: ref.dtype, shape: ref.shape, form, to: end, bytes });
    end = Math.ceil((end + bytes) / ALIGNMENT) * ALIGNMENT;
  }
  return jobs;
}

/** Name of the prepared file: what it is made from and how. */
async function fingerprint(jobs: readonly LaidOut[]): Promise<string> {
  const hash = createHash('sha256').update('graft weights 1');
  const stores = new Map<ByteSource, string>();
  for (const { weight, from, form, shape, dtype } of jobs) {
    const { store, offset, length } = weight.ref;
    if ('data' in from) hash.update(from.data);
    else if (!stores.has(store)) stores.set(store, await sample(store));
    hash.update(JSON.stringify([stores.get(store), offset, length, dtype, shape, form]));
  }
  return hash.digest('hex').slice(0, 32);
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

/** Writes the prepared file beside its final name and renames it, so that no half of one is ever taken for whole. */
async function prepare(jobs: readonly LaidOut[], path: string, size: number): Promise<void> {
  const folder = dirname(path);
  const temporary = `${path}.${randomBytes(6).toString('hex')}${PART}`;
  try {
    makeRoom(folder, size);
    checkSpace(folder, size);
    const file = openSync(temporary, 'wx');
    closeSync(file);
    truncateSync(temporary, size);
    if (size < WORTH_THREADS) prepareJobs(jobs, temporary);
    else await inThreads(jobs, temporary);
    renameSync(temporary, path);
  } catch (error) {
    throw prepareError(folder, error);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Throws SdError `file` when a disk has no room for so many bytes. */
function checkSpace(folder: string, size: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= size) return;
  throw new SdError('file', `preparing the model needs ${gigabytes(size)} of disk, ${gigabytes(free)} are free`, {
    at: folder,
    hint: CACHE_HINT,
  });
}

function prepareError(folder: string, error: unknown): SdError {
  if (error instanceof SdError) return error;
  if (error instanceof Error && 'unread' in error) return fileError(String(error.unread), 'read', error);
  const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  const why = full
    ? 'the disk is full'
    : `cannot be written: ${error instanceof Error ? error.message : String(error)}`;
  return new SdError('file', why, { at: folder, hint: CACHE_HINT, cause: error });
}

/** Splits the jobs by bytes over the cores: widening half precision is what loading costs. */
async function inThreads(jobs: readonly LaidOut[], path: string): Promise<void> {
  const threads = Math.min(availableParallelism(), MAX_THREADS);
  const loads = Array.from({ length: threads }, () => ({ bytes: 0, jobs: [] as Job[] }));
  for (const { weight: _, ...job } of [...jobs].sort((a, b) => b.bytes - a.bytes)) {
    const least = loads.reduce((a, b) => (b.bytes < a.bytes ? b : a));
    least.jobs.push(job);
    least.bytes += job.bytes;
  }
  // All must have ended before the file is renamed or removed.
  const ends = await Promise.allSettled(
    loads.map(
      (load) =>
        new Promise<void>((resolve, reject) => {
          const worker = new Worker(workerFile(), { workerData: { jobs: load.jobs, path }, execArgv: [] });
          worker.on('error', reject);
          worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
        }),
    ),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

function workerFile(): string {
  const built = import.meta.url.endsWith('.ts') ? '../../dist/runtime/prepare-worker.js' : './prepare-worker.js';
  return fileURLToPath(new URL(built, import.meta.url));
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
