import { join } from 'node:path';
import { input, type Graph } from '@graft/core/graph';
import { inferUNet, unet } from '@graft/core/models';
import { checkpointShapes } from '@graft/core/models/names';
import { createScope } from '@graft/core/nn';
import { writeAdapter } from './adapter-file.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { flops } from './flops.ts';
import { fresh } from './fresh.ts';
import type { MergeOptions, MergeResult } from './merge-once.ts';
import type { AddRow } from './row.ts';
import type { RunOptions, RunResult } from './run-once.ts';

export interface XlRows {
  /** A folder for files: 22 GB. */
  readonly folder: string;
  readonly cache: string;
  readonly quick: boolean;
  readonly add: AddRow;
  /** Whether any of these rows is wanted. */
  wants(...names: readonly string[]): boolean;
  /** GFLOP/s of a matrix product, measured now. */
  matmulRate(): Promise<number>;
}

/** Every row. */
export const XL_ROWS: readonly string[] = [
  'xl-ready-cold',
  'xl-ready-warm',
  'xl-matmul-rate',
  'xl-step',
  'xl-step/R',
  'xl-peak',
  'xl-peak-low-memory',
  'xl-step-low-memory',
  'xl-lora-merge',
];

/** Latent of 1024×1024. */
const SIZE = 128;
const RANK = 32;
const TIMES = 3;

/** SDXL at full size: seeded random half-precision weights in the names of the published checkpoint. */
export async function xlRows({ folder, cache, quick, add, wants, matmulRate }: XlRows): Promise<void> {
  const checkpoint = join(folder, 'sdxl.safetensors');
  writeCheckpoint(checkpoint, checkpointShapes('SDXL'));
  const run = (options: Omit<RunOptions, 'cache' | 'size'>): RunResult =>
    fresh<RunResult>('run-once', [checkpoint], { ...options, size: SIZE, cache } satisfies RunOptions);
  const ready = { steps: 0, decode: 0 };
  const cold = run(ready);
  add('xl-ready-cold', cold.ready, 's', 'process start to first step, fp16 file, nothing prepared');
  if (wants('xl-ready-warm')) {
    const times = [1, 2, 3].map(() => run(ready).ready);
    add('xl-ready-warm', Math.min(...times), 's', 'the same with prepared weights in the cache, best of 3');
  }
  if (wants('xl-matmul-rate', 'xl-step', 'xl-step/R', 'xl-peak')) {
    const before = await matmulRate();
    const whole = run({ steps: quick ? 1 : 2, decode: 1 });
    const rate = Math.max(before, await matmulRate());
    const step = Math.min(...whole.steps);
    const work = stepGflop();
    add('xl-matmul-rate', rate, 'GFLOP/s', 'R, as for the other base');
    add('xl-step', step, 's', 'one guided step of SDXL at 1024×1024, fp32, best');
    add('xl-step/R', work / step / rate, '', `${work.toFixed(0)} GFLOP: the graph's products for both branches`);
    if (whole.peak !== undefined) add('xl-peak', whole.peak, 'MiB', 'resident, text to picture');
  }
  if (wants('xl-peak-low-memory', 'xl-step-low-memory')) {
    const low = run({ steps: 1, decode: 1, lowMemory: true });
    if (low.peak !== undefined) add('xl-peak-low-memory', low.peak, 'MiB', 'with --low-memory, text to picture');
    add('xl-step-low-memory', Math.min(...low.steps), 's', 'with --low-memory');
  }
  if (wants('xl-lora-merge')) {
    const path = join(folder, 'xl-lora.safetensors');
    const { layers, bytes } = writeAdapter(path, { family: 'lora', rank: RANK, base: 'SDXL' });
    const options: MergeOptions = { times: TIMES, cache };
    const { merges } = fresh<MergeResult>('merge-once', [checkpoint, path], options);
    const what = `rank-${RANK} lora over ${layers} layers, ${(bytes / 1e6).toFixed(0)} MB, file to merged`;
    add('xl-lora-merge', Math.min(...merges), 's', `${what}, best of ${TIMES} strengths`);
  }
}

/** GFLOP of one guided step: the UNet on two samples. */
function stepGflop(): number {
  const weights = new Map(
    [...checkpointShapes('SDXL')].map(([name, { shape }]) => {
      const ref = { name, dtype: 'F16', shape, offset: 0, length: 0 } as const;
      return [name, { ...ref, store: { name, size: 0, read: async () => new Uint8Array() } }] as const;
    }),
  );
  const scope = createScope(weights, { model: 'SDXL', prefix: 'model.diffusion_model.' });
  const config = inferUNet(scope, 'SDXL');
  const graph: Graph = {
    outputs: {
      out: unet(scope, config, {
        x: input('x', [2, config.inChannels, SIZE, SIZE]),
        t: input('t', [2]),
        context: input('context', [2, 77, config.context]),
        vector: input('vector', [2, config.vector]),
      }),
    },
  };
  return flops(graph) / 1e9;
}
