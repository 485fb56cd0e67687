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
import type { Checkpoint, OpenedModel } from '@graft/core/models';
import { createNames, type NameTable } from '@graft/core/models/names';
import { createNetworks, type NetworkSource } from '@graft/core/pipeline';
import { tensor, type Tensor } from '@graft/core/tensor';
import { clipTokenizer, encodeTexts, parseNetworks } from '@graft/core/text';
import { verdict, type Area, type Folder, type Tolerance } from '../area.ts';
import { compareDrawn, drawOne, goldenModels, type GoldenModels } from '../drawing.ts';
import { goldenCheckpoint, goldenEngine, goldenFile, goldenModel, goldenText } from '../engine.ts';
import { adapterHash } from './adapter-hash.ts';

type Verdict = ReturnType<typeof verdict>;

interface Case {
  readonly id: string;
  readonly prompt: string;
  readonly negative_prompt: string;
  readonly seed: number;
  readonly steps: number;
  readonly cfg_scale: number;
  readonly width: number;
  readonly height: number;
  readonly sampler: string;
  readonly infotext: string;
  readonly image?: string;
  readonly timestep: number;
  readonly block_weights?: Readonly<Record<string, readonly number[]>>;
  readonly tensors: Readonly<Record<string, string>>;
  readonly tolerance: { readonly cond: Tolerance; readonly eps: Tolerance; readonly latents: Tolerance };
}

interface Index {
  readonly cases: readonly Case[];
  readonly files: Readonly<Record<string, { readonly file: string }>>;
}

/** Most that a byte of a picture may differ by. */
const PIXEL = 2;

/** Complete adapter files on pico, from the prompt's tags on: the conditioning, the UNet's first outputs, and the picture. */
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
    const models = goldenModels(folder);
    const networks: NetworkSource = {
      async adapter(name) {
        const network = await open(name);
        const file = files[name]?.file;
        if (!network || file === undefined) return undefined;
        return { name, network, bases: [], hash: async () => adapterHash(await folder.bytes(file)) };
      },
      hypernetwork: async () => undefined,
      embeddings: async () => [],
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
      const check = verdict(one.id);
      await compareParts(folder, one, adapted(model, stack), check);
      if (one.tensors['latents'] !== undefined) await comparePicture(folder, one, models, networks, check);
      yield check.result();
    }
    await models.release();
  },
};

/** These data are what A1111 makes of the files, so what it leaves out of them is left out. */
async function openLikeA1111(folder: Folder, file: string, names: NameTable): Promise<Adapter> {
  const adapter = await openAdapter(await goldenFile(join(folder.path, file)), { inline: true });
  return a1111Adapter(adapter, names, adapterResolver(adapter, names));
}

/** The checkpoint with a stack at its door. */
function adapted(model: OpenedModel, stack: Stack): Checkpoint {
  const checkpoint = goldenCheckpoint(model);
  return { ...checkpoint, scope: (part) => checkpoint.scope(part, stack.door(part)) };
}

async function compareParts(folder: Folder, one: Case, checkpoint: Checkpoint, check: Verdict): Promise<void> {
  const networks = createNetworks(await goldenEngine(), checkpoint);
  const encoder = goldenText(networks);
  const encode = async (text: string): Promise<Tensor> => (await encodeTexts([text], clipTokenizer(), encoder)).z;
  const [cond, uncond] = [await encode(parseNetworks([one.prompt]).texts[0]!), await encode(one.negative_prompt)];
  const x = await folder.tensor(one.tensors['x'] ?? 'data.safetensors#base/x');
  const both = await networks.predict(x, [one.timestep], { context: rows(cond, uncond) });
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
}

/** From the request on. Weights of blocks, which the extension got by other ways, stand in the tags. */
async function comparePicture(
  folder: Folder,
  one: Case,
  models: GoldenModels,
  networks: NetworkSource,
  check: Verdict,
): Promise<void> {
  const { negative_prompt, seed, steps, cfg_scale, width, height, sampler } = one;
  const prompt = withBlocks(one);
  const fields = { prompt, negative_prompt, seed, steps, cfg_scale, width, height, sampler_name: sampler };
  const expected = {
    latents: await folder.tensor(one.tensors['latents']!),
    latentTolerance: one.tolerance.latents,
    image: one.image,
    pixel: PIXEL,
    infotext: withoutTags(one.infotext, one.prompt),
  };
  const drawn = await drawOne(fields, models, networks);
  await compareDrawn({ ...drawn, infotext: withoutTags(drawn.infotext, prompt) }, expected, check, folder);
}

/** The recorded infotexts were written of prompts whose tags had been taken out. */
function withoutTags(infotext: string, prompt: string): string {
  return infotext.replace(prompt, () => parseNetworks([prompt]).texts[0]!);
}

function withBlocks({ prompt, block_weights: blocks = {} }: Case): string {
  return prompt.replace(/<lora:([^:>]+)[^>]*/g, (tag, name: string) =>
    blocks[name] ? `${tag}:lbw=${blocks[name].join(',')}` : tag,
  );
}

/** Two encoded texts of one length as a batch. */
function rows(a: Tensor, b: Tensor): Tensor {
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return tensor([2, ...a.shape.slice(1)], data);
}
