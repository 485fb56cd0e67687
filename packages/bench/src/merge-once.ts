/**
 * One fresh engine that merges an adapter again and again, each time with another strength: from the file to weights that the networks'
 * programs map. Arguments: checkpoint, adapter, JSON of { times, cache }. Prints JSON.
 */
import { closeSync, fsyncSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { adapterResolver, createStack, openAdapter, storedWeights } from '@graft/core/adapters';
import { createCheckpoint, type OpenedModel } from '@graft/core/models';
import { createNames } from '@graft/core/models/names';
import type { OnnxModel } from '@graft/core/onnx';
import { createNetworks, mergeStack } from '@graft/core/pipeline';
import type { Program, Runtime } from '@graft/core/runtime';
import { openEngine, openModel } from '@graft/node';

export interface MergeOptions {
  readonly times: number;
  readonly cache: string;
}

export interface MergeResult {
  /** s of each merge. */
  readonly merges: readonly number[];
}

const [path = '', adapterPath = '', json = '{}'] = process.argv.slice(2);
const { times, cache } = JSON.parse(json) as MergeOptions;
const engine = await openEngine({ cache });
const main = await openModel(path);
const base = createCheckpoint({ main });
const model = base.joined();
const names = createNames(model.weights);

/** Only brings weights into place: what is measured ends before programs are loaded. */
const nothing: Program = { run: async () => ({}), release: async () => {} };
const placing: Runtime = {
  ...engine,
  load: async (one: OnnxModel) => {
    await engine.place(one);
    return nothing;
  },
};
async function place(one: OpenedModel): Promise<void> {
  const networks = createNetworks(placing, createCheckpoint({ main: one }));
  const texts = Object.values(networks.texts).map((text) =>
    text.encode([new Array<number>(text.config.positions).fill(0)], { state: 1, norm: true }),
  );
  await Promise.all([...texts, networks.prepare({ height: 64, width: 64 })]);
}

function flush(file: string): void {
  const opened = openSync(file, 'r+');
  fsyncSync(opened);
  closeSync(opened);
}

await place(model);
const folder = join(cache, 'weights');
const before = new Set(readdirSync(folder));
// The disk shall not be busy with what was made to measure on.
for (const file of [path, adapterPath, ...[...before].map((name) => join(folder, name))]) flush(file);
const merges: number[] = [];
for (let i = 0; i < times; i++) {
  const strength = 0.5 + 0.1 * i;
  const start = performance.now();
  const file = await openModel(adapterPath);
  const adapter = await openAdapter(file, { later: true });
  const stack = await createStack(
    [{ adapter, resolve: adapterResolver(adapter, names), te: strength, unet: strength }],
    storedWeights(model.weights, names),
  );
  await Promise.all([place(mergeStack(engine, stack, model, names)), adapter.finite]);
  merges.push((performance.now() - start) / 1000);
  await file.close();
  for (const name of readdirSync(folder)) if (!before.has(name)) rmSync(join(folder, name));
}
const result: MergeResult = { merges };
console.log(JSON.stringify(result));
await engine.close();
await main.close();
