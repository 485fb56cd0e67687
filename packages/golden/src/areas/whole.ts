import { join } from 'node:path';
import {
  a1111Adapter,
  adapterResolver,
  blockRatio,
  createStack,
  lastMentions,
  openAdapter,
  parseAdapterTag,
  parseBlocks,
  storedWeights,
  strengthsAt,
  type Adapter,
  type Stack,
} from '@graft/core/adapters';
import type { Checkpoint, OpenedModel, Part } from '@graft/core/models';
import { createNames, type Component, type NameTable } from '@graft/core/models/names';
import { chunkEncoder, createNetworks } from '@graft/core/pipeline';
import { tensor, type Tensor } from '@graft/core/tensor';
import { clipTokenizer, encodeTexts, parseNetworks } from '@graft/core/text';
import { verdict, type Area, type CaseResult, type Folder, type Tolerance } from '../area.ts';
import { goldenCheckpoint, goldenEngine, goldenFile, goldenModel } from '../engine.ts';

interface Case {
  readonly id: string;
  readonly prompt: string;
  readonly negative_prompt: string;
  readonly timestep: number;
  readonly block_weights?: Readonly<Record<string, readonly number[]>>;
  readonly tensors: Readonly<Record<string, string>>;
  readonly tolerance: { readonly cond: Tolerance; readonly eps: Tolerance };
}

interface Index {
  readonly cases: readonly Case[];
  readonly files: Readonly<Record<string, { readonly file: string }>>;
}

/** Complete adapter files on pico, from the prompt's tags on: the conditioning and the UNet's first outputs. */
export const whole: Area = {
  name: 'whole',
  async *run(folder) {
    const { cases, files } = folder.index as Index;
    const model = await goldenModel(folder);
    const names = createNames(model.weights);
    const opened = new Map<string, Promise<Adapter>>();
    const open = (name: string): Promise<Adapter> | undefined => {
      const file = files[name]?.file;
      const known = opened.get(name) ?? (file === undefined ? undefined : openLikeA1111(folder, file, names));
      if (known) opened.set(name, known);
      return known;
    };
    for (const one of cases) {
      // A file that is not there draws without it, and says so.
      const tags = lastMentions(
        (parseNetworks([one.prompt]).found.get('lora') ?? []).map((tag) => parseAdapterTag(tag)),
      );
      const applied = await Promise.all(
        tags.flatMap((tag) => {
          const adapter = open(tag.name);
          const blocks = one.block_weights?.[tag.name];
          const ratio = blocks && blockRatio(parseBlocks(blocks.join(',')));
          return adapter
            ? [
                adapter.then((found) => ({
                  ...strengthsAt(tag, { step: 0, steps: 1 }),
                  adapter: found,
                  resolve: adapterResolver(found, names),
                  dyn: tag.dyn,
                  ratio,
                })),
              ]
            : [];
        }),
      );
      const stack = await createStack(applied, storedWeights(model.weights, names));
      yield await runCase(folder, one, adapted(model, stack));
    }
  },
};

/** These data are what A1111 makes of the files, so what it leaves out of them is left out. */
async function openLikeA1111(folder: Folder, file: string, names: NameTable): Promise<Adapter> {
  const adapter = await openAdapter(await goldenFile(join(folder.path, file)), { inline: true });
  return a1111Adapter(adapter, names, adapterResolver(adapter, names));
}

const COMPONENTS: Readonly<Record<Part, Component>> = { unet: 'unet', text: 'te1', vae: 'vae' };

/** The checkpoint with a stack at its door. */
function adapted(model: OpenedModel, stack: Stack): Checkpoint {
  const checkpoint = goldenCheckpoint(model);
  return { ...checkpoint, scope: (part) => checkpoint.scope(part, stack.door(COMPONENTS[part])) };
}

async function runCase(folder: Folder, one: Case, checkpoint: Checkpoint): Promise<CaseResult> {
  const check = verdict(one.id);
  const networks = createNetworks(await goldenEngine(), checkpoint);
  const encoder = chunkEncoder(networks);
  const encode = (text: string): Promise<Tensor> => encodeTexts([text], clipTokenizer(), encoder);
  const [cond, uncond] = [await encode(parseNetworks([one.prompt]).texts[0]!), await encode(one.negative_prompt)];
  const x = await folder.tensor(one.tensors['x'] ?? 'data.safetensors#base/x');
  const both = await networks.predict(x, [one.timestep], rows(cond, uncond));
  await networks.release();
  const half = both.data.length / 2;
  const results: Readonly<Record<string, Float32Array>> = {
    cond: cond.data,
    uncond: uncond.data,
    eps_cond: both.data.subarray(0, half),
    eps_uncond: both.data.subarray(half),
  };
  for (const [name, got] of Object.entries(results)) {
    const reference = one.tensors[name];
    const tolerance = name.startsWith('eps') ? one.tolerance.eps : one.tolerance.cond;
    if (reference !== undefined) check.close(name, got, (await folder.tensor(reference)).data, tolerance);
  }
  return check.result();
}

/** Two encoded texts of one length as a batch. */
function rows(a: Tensor, b: Tensor): Tensor {
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return tensor([2, ...a.shape.slice(1)], data);
}
