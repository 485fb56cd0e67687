import { randomBytes } from 'node:crypto';
import { appendFileSync, closeSync, openSync, renameSync, rmSync, statfsSync, truncateSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { SdError } from '@graft/core/errors';
import { fileError } from '../files.ts';
import { cacheHint, makeRoom, PART, SPACE_HINT } from './cache.ts';
import { prepareJobs, type Job } from './prepare.ts';
import type { Shard } from './shards.ts';
import type { KeepTask, Workers } from './workers.ts';

/** Below this many bytes threads take longer to start than to help. */
const WORTH_THREADS = 64 * 2 ** 20;
const MAX_THREADS = 8;

interface Task {
  readonly path: string;
  readonly jobs: readonly Job[];
}

/** Where prepared files are kept. */
interface Place {
  readonly folder: string;
  /** Bytes that may stay in it. */
  readonly limit: number;
}

/**
 * Writes prepared files beside their final names and renames them, so that no half of one is ever taken for whole.
 * Throws SdError `file`, and the errors of engines where weights are computed; nothing half-written stays.
 */
export async function prepareShards(
  shards: readonly Shard[],
  { folder, limit }: Place,
  workers: Workers,
): Promise<void> {
  if (shards.length === 0) return;
  const size = shards.reduce((sum, shard) => sum + shard.size + shard.tail.length, 0);
  const ending = `${randomBytes(6).toString('hex')}${PART}`;
  const temporary = ({ file }: Shard): string => join(folder, `${file}.${ending}`);
  try {
    makeRoom(folder, size, limit);
    checkSpace(folder, size);
    const tasks: Task[] = [];
    const runs: KeepTask[] = [];
    for (const shard of shards) {
      const path = temporary(shard);
      closeSync(openSync(path, 'wx'));
      truncateSync(path, shard.size);
      if ('jobs' in shard.work) tasks.push({ path, jobs: shard.work.jobs });
      else runs.push({ ...shard.work.computation, path, size: shard.size });
    }
    if (size < WORTH_THREADS) for (const { jobs, path } of tasks) prepareJobs(jobs, path);
    else await inThreads(tasks);
    if (runs.length > 0) await workers.keep(runs);
    for (const shard of shards) {
      appendFileSync(temporary(shard), shard.tail);
      renameSync(temporary(shard), join(folder, shard.file));
    }
  } catch (error) {
    throw prepareError(folder, error);
  } finally {
    for (const shard of shards) rmSync(temporary(shard), { force: true });
  }
}

/** Throws SdError `file` when a disk has no room for so many bytes. */
function checkSpace(folder: string, size: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= size) return;
  throw new SdError('file', `preparing the model needs ${gigabytes(size)} of disk, ${gigabytes(free)} are free`, {
    at: folder,
    hint: SPACE_HINT,
  });
}

function prepareError(folder: string, error: unknown): SdError {
  if (error instanceof SdError) return error;
  if (error instanceof Error && 'unread' in error) return fileError(String(error.unread), 'read', error);
  const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  const why = full
    ? 'the disk is full'
    : `cannot be written: ${error instanceof Error ? error.message : String(error)}`;
  return new SdError('file', why, { at: folder, hint: cacheHint(error), cause: error });
}

/** Deals the files out to the cores: widening half precision is what loading costs. */
async function inThreads(tasks: readonly Task[]): Promise<void> {
  const threads = Math.min(availableParallelism(), MAX_THREADS, tasks.length);
  const shares = Array.from({ length: threads }, (_, thread) => tasks.filter((__, i) => i % threads === thread));
  // All must have ended before a file is renamed or removed.
  const ends = await Promise.allSettled(
    shares.map(
      (share) =>
        new Promise<void>((resolve, reject) => {
          const worker = new Worker(workerFile(), { workerData: share, execArgv: [] });
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
