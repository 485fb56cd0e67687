/**
 * One fresh engine that runs the UNet with and without a live adapter, and with other strengths of it, in turns.
 * Arguments: checkpoint, adapter, JSON of { size, steps, cache }. Prints JSON.
 */
import { openAdapter, parseAdapterTag } from '@graft/core/adapters';
import { createCheckpoint } from '@graft/core/models';
import { loadModel, type LoadedModel } from '@graft/core/pipeline';
import { numel, tensor, torchRandom } from '@graft/core/tensor';
import { openEngine, openModel } from '@graft/node';

export interface LiveOptions {
  /** Latent height and width. */
  readonly size: number;
  /** Of each kind. */
  readonly steps: number;
  readonly cache: string;
}

export interface LiveResult {
  /** s of each guided step without the adapter, and with it. */
  readonly plain: readonly number[];
  readonly live: readonly number[];
  /** ms from a new strength until its step can begin, of each. */
  readonly switches: readonly number[];
}

const [path = '', adapterPath = '', json = '{}'] = process.argv.slice(2);
const { size, steps, cache } = JSON.parse(json) as LiveOptions;
const engine = await openEngine({ cache });
const main = await openModel(path);
const file = await openModel(adapterPath);
const found = { name: 'bench', network: await openAdapter(file), bases: [], hash: async () => undefined };
const model = await loadModel(engine, createCheckpoint({ main }), {
  name: 'bench',
  hash: async () => undefined,
  tiling: false,
  adapters: 'live',
});
const withStrength = async (strength: number): Promise<LoadedModel> => {
  const tag = parseAdapterTag({ positional: ['bench', String(strength)], named: new Map() });
  const adapters = [{ found, tag, mentioned: 'bench' }];
  return (await model.with({ adapters, hypernetworks: [], notes: [] }, { steps: 20, hires: false })).model;
};

const shape = [1, 4, size, size];
const x = tensor(shape, torchRandom(1).normal(numel(shape)));
const rows = [2, 77, model.networks.unet.context];
const context = tensor(rows, torchRandom(2).normal(numel(rows)));
async function step({ networks }: LoadedModel): Promise<number> {
  const start = performance.now();
  await networks.predict(x, [900], { context });
  return (performance.now() - start) / 1000;
}

// The first of each loads it.
await step(model);
await step(await withStrength(1));
const plain: number[] = [];
const live: number[] = [];
const switches: number[] = [];
for (let i = 0; i < steps; i++) {
  plain.push(await step(model));
  const start = performance.now();
  const other = await withStrength(0.9 - 0.1 * i);
  switches.push(performance.now() - start);
  live.push(await step(other));
}
const result: LiveResult = { plain, live, switches };
console.log(JSON.stringify(result));
await engine.close();
await file.close();
await main.close();
