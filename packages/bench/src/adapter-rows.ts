import { join } from 'node:path';
import { writeAdapter, type AdapterFile, type BenchFamily } from './adapter-file.ts';
import { fresh } from './fresh.ts';
import type { LiveOptions, LiveResult } from './live-once.ts';
import type { MergeOptions, MergeResult } from './merge-once.ts';
import type { AddRow } from './row.ts';

export interface AdapterRows {
  /** A folder for files. */
  readonly folder: string;
  readonly checkpoint: string;
  readonly cache: string;
  readonly quick: boolean;
  readonly add: AddRow;
  /** Whether any of these rows is wanted. */
  wants(...names: readonly string[]): boolean;
  /** GFLOP/s of a matrix product, measured now. */
  matmulRate(): Promise<number>;
}

/** Rows about adapters at full size. */
export async function adapterRows(given: AdapterRows): Promise<void> {
  const { wants, add, checkpoint, cache, quick } = given;
  if (wants('lora-merge', 'lora-merge/R', 'lora-merge-first')) await mergeRows(given, 'lora', 128);
  if (wants('loha-merge', 'loha-merge/R', 'loha-merge-first')) await mergeRows(given, 'loha', 32);
  if (!wants('strength-switch', 'lora-live-slowdown')) return;
  const { path } = written(given, 'lora', 128);
  const options: LiveOptions = { size: 64, steps: quick ? 3 : 6, cache };
  const { plain, live, switches } = fresh<LiveResult>('live-once', [checkpoint, path], options);
  add('strength-switch', Math.max(...switches), 'ms', 'from a new strength of a live LoRA to its step, longest');
  add(
    'lora-live-slowdown',
    100 * (Math.min(...live) / Math.min(...plain) - 1),
    '%',
    'a live rank-128 LoRA over all its layers on a guided step at 512×512, best of each',
  );
}

const TIMES = 10;

async function mergeRows(given: AdapterRows, family: BenchFamily, rank: number): Promise<void> {
  const { add, checkpoint, cache, matmulRate } = given;
  const { path, layers, bytes, gflop } = written(given, family, rank);
  const before = await matmulRate();
  const { merges } = fresh<MergeResult>('merge-once', [checkpoint, path], {
    times: TIMES,
    cache,
  } satisfies MergeOptions);
  const what = `rank-${rank} ${family} over ${layers} layers, ${(bytes / 1e6).toFixed(0)} MB, file to merged`;
  const best = Math.min(...merges);
  add(`${family}-merge`, best, 's', `${what}, best of ${TIMES} strengths`);
  const rate = Math.max(before, await matmulRate());
  const products = `${gflop.toFixed(0)} GFLOP of products at R, ${rate.toFixed(0)} GFLOP/s then, as a share of that time`;
  add(`${family}-merge/R`, gflop / best / rate, '', products);
  add(`${family}-merge-first`, merges[0]!, 's', 'the first of them, which also starts the helpers');
}

function written({ folder }: AdapterRows, family: BenchFamily, rank: number): AdapterFile & { readonly path: string } {
  const path = join(folder, `${family}-${rank}.safetensors`);
  return { path, ...writeAdapter(path, { family, rank, base: 'SD1' }) };
}
