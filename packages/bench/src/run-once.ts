/**
 * One fresh process: from its start to ready for the first step, then steps and a decode, watched from outside the engine.
 * Arguments: checkpoint, JSON of { size, steps, decode, lowMemory, cache }. Prints JSON.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createCheckpoint, cheapPreview } from '@graft/core/models';
import { createNetworks, promptEncoder, readOptions, type UNetText } from '@graft/core/pipeline';
import { numel, tensor, torchRandom, type Tensor } from '@graft/core/tensor';
import { openEngine, openModel } from '@graft/node';
import { peakMemory } from './memory.ts';

export interface RunOptions {
  /** Latent height and width. */
  readonly size: number;
  readonly batch?: number;
  readonly steps: number;
  /** How often a picture is decoded after the steps. */
  readonly decode: number;
  readonly lowMemory?: boolean;
  readonly cache: string;
  /** Make a preview after each step. */
  readonly preview?: boolean;
}

export interface RunResult {
  /** s from process start until a first step could begin. */
  readonly ready: number;
  /** s of each guided step. */
  readonly steps: readonly number[];
  /** s of the first and the best decode. */
  readonly decode: readonly number[];
  /** MiB */
  readonly peak: number | undefined;
  /** Longest time the command's own event loop was not served during steps, ms. */
  readonly gap: number;
}

const [path = '', json = '{}'] = process.argv.slice(2);
const options = JSON.parse(json) as RunOptions;
const since = (): number => performance.now() / 1000;
const batch = options.batch ?? 1;

const [runtime, main] = await Promise.all([
  openEngine({ lowMemory: options.lowMemory === true, cache: options.cache }),
  openModel(path),
]);
const networks = createNetworks(runtime, createCheckpoint({ main }));
const size = { width: 8 * options.size, height: 8 * options.size };
const encoder = promptEncoder(networks, { options: readOptions({}), size });
// As the command does: the UNet loads while the prompt is encoded.
const [prompt, nothing] = await Promise.all([
  encoder.encode(['a cat on a blue background'], 'positive'),
  encoder.encode([''], 'negative'),
  networks.prepare({ height: options.size, width: options.size }),
]);
const ready = since();

/** The row of the prompt for each picture, then that of nothing. [1, …] each → [2·batch, …] */
function rowsOf({ shape: [, ...shape], data }: Tensor, other: Tensor): Tensor {
  const out = tensor([2 * batch, ...shape]);
  for (let i = 0; i < 2 * batch; i++) out.data.set(i < batch ? data : other.data, i * data.length);
  return out;
}
const rows: UNetText = {
  context: rowsOf(prompt.context, nothing.context),
  vector: prompt.vector && nothing.vector && rowsOf(prompt.vector, nothing.vector),
};
const shape = [batch, 4, options.size, options.size];
const x = tensor(shape, torchRandom(1).normal(numel(shape)));
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const steps: number[] = [];
for (let i = 0; i < options.steps; i++) {
  const start = since();
  const out = await networks.predict(x, new Array<number>(batch).fill(900 - 10 * i), rows);
  if (options.preview === true)
    cheapPreview(tensor([1, ...shape.slice(1)], out.data.subarray(0, numel(shape.slice(1)))));
  steps.push(since() - start);
}
delay.disable();
const decode: number[] = [];
for (let i = 0; i < options.decode; i++) {
  const start = since();
  await networks.decodePicture(tensor([1, ...shape.slice(1)], x.data.subarray(0, numel(shape.slice(1)))));
  decode.push(since() - start);
}
const result: RunResult = { ready, steps, decode, peak: peakMemory(), gap: delay.max / 1e6 };
console.log(JSON.stringify(result));
await runtime.close();
await main.close();
