import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkpointShapes } from '@graft/core/models/names';
import { openEngine } from '@graft/node';
import { adapterRows } from './adapter-rows.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { fresh } from './fresh.ts';
import { convolutionRate, matmulRate } from './rates.ts';
import type { AddRow, Row } from './row.ts';
import type { RunOptions, RunResult } from './run-once.ts';
import { XL_ROWS, xlRows } from './xl-rows.ts';

/** Operations of one guided step and of one decode at 512×512, counted from the networks' shapes. */
const STEP_GFLOP = 1607;
const DECODE_GFLOP = 2515;
const CHECKPOINT_BYTES = 2_132_470_614;

/** Steps and starts of the full-size checkpoint, which are measured together. */
const STEPS = [
  'conv-rate',
  'matmul-rate',
  'cfg-step',
  'cfg-step/R',
  'vae-decode',
  'vae-decode/R',
  'ready-cold',
  'ready-warm',
  'peak',
  'event-loop-gap',
  'cfg-step-preview',
  'peak-low-memory',
  'cfg-step-low-memory',
  'cfg-step-256',
  'cfg-step-768',
  'cfg-step-batch-2',
];
/** Rows that need no full-size checkpoint, and those about adapters on it. */
const LIBRARY = ['scan-cold', 'scan-warm'];
const BUNDLED = ['bundled-ready', 'bundled-step', 'first-picture'];
const ADAPTERS = [
  'lora-merge',
  'lora-merge/R',
  'lora-merge-first',
  'loha-merge',
  'loha-merge/R',
  'loha-merge-first',
  'strength-switch',
  'lora-live-slowdown',
];

const USAGE = 'npm run bench -- [--base sd1|sdxl] [--only ROW,ROW] [--quick] [--json FILE] [--keep]';

const { values } = readArguments();
const root = fileURLToPath(new URL('../../..', import.meta.url));
const rows: Row[] = [];
const only = values.only?.flatMap((names) => names.split(',')).map((name) => name.trim());
if (values.base !== 'sd1' && values.base !== 'sdxl') stop(`--base ${values.base}: sd1 or sdxl`);
const known = values.base === 'sdxl' ? XL_ROWS : [...STEPS, ...LIBRARY, ...BUNDLED, ...ADAPTERS];
for (const name of only ?? [])
  if (!known.includes(name)) stop(`--only ${name}: there is no such row; there are ${known.join(', ')}`);
/** Whether any of these rows is wanted. */
const wants = (...names: readonly string[]): boolean => only === undefined || names.some((name) => only.includes(name));
const add: AddRow = (name, value, unit, note) => {
  if (!wants(name)) return;
  rows.push({ name, value, unit, note });
  console.log(`${name.padEnd(26)} ${format(value).padStart(9)} ${unit.padEnd(8)} ${note}`);
};

const [cpu] = cpus();
const ort = (
  JSON.parse(readFileSync(join(root, 'node_modules/onnxruntime-node/package.json'), 'utf8')) as { version: string }
).version;
console.log(
  `${cpu?.model ?? 'unknown processor'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}, onnxruntime-node ${ort}`,
);

const work = mkdtempSync(join(tmpdir(), 'graft-bench-'));
try {
  await measure(work);
} finally {
  if (!values.keep) rmSync(work, { recursive: true, force: true });
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);

function readArguments() {
  try {
    return parseArgs({
      options: {
        json: { type: 'string' },
        quick: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true },
        base: { type: 'string', default: 'sd1' },
      },
    });
  } catch (error) {
    return stop((error as Error).message);
  }
}

function stop(message: string): never {
  console.error(`bench: ${message}\n${USAGE}`);
  process.exit(2);
}

async function measure(folder: string): Promise<void> {
  const cache = join(folder, 'cache');
  if (values.base === 'sdxl') {
    await xlRows({
      folder,
      cache,
      quick: values.quick,
      add,
      wants,
      matmulRate: () => productRate(cache),
    });
    return;
  }
  if (wants(...STEPS, ...ADAPTERS)) await fullSize(folder, cache);
  if (wants(...LIBRARY)) await library();
  if (wants(...BUNDLED)) bundled(cache, folder);
}

async function fullSize(folder: string, cache: string): Promise<void> {
  const full = join(folder, 'sd15.safetensors');
  writeCheckpoint(full, checkpointShapes('SD1'));
  if (statSync(full).size < CHECKPOINT_BYTES) throw new Error('the checkpoint is not whole');
  if (wants(...STEPS)) await steps(full, cache);
  await adapterRows({
    folder,
    checkpoint: full,
    cache,
    quick: values.quick,
    add,
    wants,
    matmulRate: () => productRate(cache),
  });
}

async function steps(full: string, cache: string): Promise<void> {
  const before = await rates(cache);
  add('conv-rate', before.conv, 'GFLOP/s', '3×3 convolution, 640 channels at 64×64, fp32');
  const cold = best(
    [1, 2, 3].map(() => {
      rmSync(join(cache, 'weights'), { recursive: true, force: true });
      return runOnce(full, { size: 64, steps: 0, decode: 0, cache });
    }),
    ({ ready }) => ready,
  );
  const warm = best(
    [1, 2, 3].map(() => runOnce(full, { size: 64, steps: 0, decode: 0, cache })),
    ({ ready }) => ready,
  );
  const run = runOnce(full, { size: 64, steps: values.quick ? 3 : 5, decode: 3, cache });
  const shown = runOnce(full, { size: 64, steps: values.quick ? 2 : 4, decode: 0, cache, preview: true });
  const after = await rates(cache);
  const matmul = Math.max(before.matmul, after.matmul);

  add('matmul-rate', matmul, 'GFLOP/s', 'R: 4096³ fp32 matrix product on the same runtime, best of two measurements');
  const step = Math.min(...run.steps);
  add('cfg-step', step, 's', 'one guided step of SD1.5 at 512×512, fp32, best');
  add('cfg-step/R', STEP_GFLOP / step / matmul, '', `${STEP_GFLOP} GFLOP a step; 1 is the matrix product's own rate`);
  const decode = Math.min(...run.decode);
  add('vae-decode', decode, 's', 'one 512×512 picture, fp32, best');
  add('vae-decode/R', DECODE_GFLOP / decode / matmul, '', `${DECODE_GFLOP} GFLOP`);
  add('ready-cold', cold.ready, 's', 'process start to first step, fp16 file, nothing prepared, best of 3');
  add('ready-warm', warm.ready, 's', 'the same with prepared weights in the cache, best of 3');
  if (run.peak !== undefined) add('peak', run.peak, 'MiB', 'resident, command and engine together, text to picture');
  add('event-loop-gap', Math.max(run.gap, shown.gap), 'ms', 'longest in the command during steps');
  add('cfg-step-preview', Math.min(...shown.steps), 's', 'with a preview after every step');

  const low = runOnce(full, { size: 64, steps: 2, decode: 3, lowMemory: true, cache });
  if (low.peak !== undefined) add('peak-low-memory', low.peak, 'MiB', 'with --low-memory');
  add('cfg-step-low-memory', Math.min(...low.steps), 's', 'with --low-memory');
  if (!values.quick) {
    for (const size of [32, 96]) {
      const other = runOnce(full, { size, steps: 2, decode: 0, cache });
      add(`cfg-step-${8 * size}`, Math.min(...other.steps), 's', `${8 * size}×${8 * size}`);
    }
    const two = runOnce(full, { size: 64, batch: 2, steps: 2, decode: 0, cache });
    add('cfg-step-batch-2', Math.min(...two.steps), 's', 'two pictures at 512×512');
  }
}

/** 200 adapters in a library, unknown and known; the script tells how. */
async function library(): Promise<void> {
  const script = new URL('../../../scripts/library-scan.mjs', import.meta.url).href;
  const { measureScan } = (await import(script)) as {
    measureScan(count: number): Promise<{ readonly cold: number; readonly warm: number }>;
  };
  const { cold, warm: known } = await measureScan(200);
  add('scan-cold', cold / 1000, 's', '200 LoRA files, nothing known of them');
  add('scan-warm', known / 1000, 's', 'the same with the index of the first scan');
}

/** The bundled model, by the command itself. */
function bundled(cache: string, folder: string): void {
  const model = join(root, 'models/Stable-diffusion/stickers.safetensors');
  const small = best(
    [1, 2, 3].map(() => runOnce(model, { size: 16, steps: 10, decode: 3, cache })),
    ({ ready }) => ready,
  );
  add('bundled-ready', small.ready, 's', 'bundled model, process start to first step');
  add('bundled-step', Math.min(...small.steps), 's', 'bundled model, one guided step at 128×128');
  const command = join(root, 'packages/node/dist/main.js');
  if (!existsSync(command)) return;
  const times = [1, 2, 3].map((i) => {
    const start = performance.now();
    execFileSync(
      process.execPath,
      [command, 'generate', 'a cat on a blue background', '-o', join(folder, `cat-${i}.png`)],
      {
        env: { ...process.env, GRAFT_CACHE: cache },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    return (performance.now() - start) / 1000;
  });
  add(
    'first-picture',
    Math.min(...times),
    's',
    'graft generate "a cat on a blue background", process start to saved PNG, best of 3',
  );
}

async function productRate(cache: string): Promise<number> {
  return (await rates(cache)).matmul;
}

async function rates(cache: string): Promise<{ readonly matmul: number; readonly conv: number }> {
  mkdirSync(cache, { recursive: true });
  const runtime = await openEngine({ cache });
  const result = { matmul: await matmulRate(runtime), conv: await convolutionRate(runtime) };
  await runtime.close();
  return result;
}

function runOnce(checkpoint: string, options: RunOptions): RunResult {
  return fresh<RunResult>('run-once', [checkpoint], options);
}

function best<T>(results: readonly T[], by: (result: T) => number): T {
  return results.reduce((a, b) => (by(b) < by(a) ? b : a));
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3);
}
