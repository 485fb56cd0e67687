import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { a1111Adapter, adapterResolver, openAdapter } from '@graft/core/adapters';
import { readEmbedding, stemOf } from '@graft/core/adapters/textual-inversion';
import type { TensorEntry } from '@graft/core/formats';
import type { WeightRef } from '@graft/core/graph';
import { createCheckpoint, describeModel, readModelConfig, type OpenedModel } from '@graft/core/models';
import { createNames, type NameTable } from '@graft/core/models/names';
import {
  loadModel,
  promptEncoder,
  readOptions,
  type LoadedModel,
  type ModelSource,
  type NetworkSource,
  type UNetText,
} from '@graft/core/pipeline';
import { verdict, type Area, type CaseResult, type Folder, type Tolerance } from '../area.ts';
import { shortHash } from '../drawing.ts';
import { goldenEngine, goldenFile, goldenModelPath } from '../engine.ts';
import { adapterHash } from './adapter-hash.ts';
import { runPicture, type PictureCase } from './picture-case.ts';

/** How a checkpoint is put together: tensors whose name begins with `from`, that beginning replaced by `to`; later ones count. */
interface Recipe {
  readonly parts: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  /** The configuration that lay beside it. */
  readonly config: string;
}

interface TextCase {
  readonly id: string;
  readonly text: string;
  readonly width?: number;
  readonly height?: number;
  readonly negative?: boolean;
  readonly tensors: Readonly<Record<string, string>>;
  readonly tolerance: Tolerance;
}

interface UNetCase {
  readonly id: string;
  readonly t: readonly number[];
  readonly tensors: Readonly<Record<string, string>>;
  readonly tolerance: Tolerance;
}

interface Index {
  readonly checkpoints: Readonly<Record<string, Recipe>>;
  readonly cases: readonly (TextCase | UNetCase | PictureCase)[];
}

/** Files of adapters and embeddings, by which tags and words name them. */
const FILES = 'files';

/** A base model beside SD1: its conditioning, its UNet, and whole pictures, with adapters and embeddings. */
function baseArea(name: string): Area {
  return {
    name,
    async *run(folder) {
      const { checkpoints, cases } = folder.index as Index;
      const models = builtModels(folder, checkpoints);
      const first = await build(folder, '', Object.values(checkpoints)[0]!.parts);
      const networks = folderNetworks(folder, createNames(first.weights));
      for (const one of cases) {
        if ('endpoint' in one) yield await runPicture(folder, { models, networks }, one);
        else yield await runPart(folder, models, one);
      }
      await models.release();
    },
  };
}

export const sd2: Area = baseArea('sd2');
export const sdxl: Area = baseArea('sdxl');
export const sdxlMore: Area = baseArea('sdxl_more');

interface BuiltModels extends ModelSource {
  /** The first checkpoint whose UNet takes such texts and channels. */
  taking(text: { readonly context: number; readonly vector: number }, channels?: number): Promise<LoadedModel>;
  release(): Promise<void>;
}

/** The checkpoints of an area; each is put together and loaded once for every VAE. */
function builtModels(folder: Folder, checkpoints: Index['checkpoints']): BuiltModels {
  const loaded = new Map<string, Promise<LoadedModel>>();
  const load = async (name: string, vae: string, tiling: boolean): Promise<LoadedModel> => {
    const recipe = checkpoints[name];
    if (!recipe) throw new Error(`no checkpoint ${name}`);
    const main = await build(folder, name, recipe.parts);
    const own = vae === 'Automatic' || vae === 'None';
    const hash = async (): Promise<undefined> => undefined;
    const files = own ? { main } : { main, vae: await build(folder, vae, vaeParts(vae)) };
    const stated = await readModelConfig(readFileSync(join(folder.path, recipe.config), 'utf8'), recipe.config);
    return loadModel(await goldenEngine(), createCheckpoint(files), {
      name,
      hash,
      tiling,
      vae: own ? undefined : { name: vae, hash },
      ...(stated ? { said: { config: { ...stated, name: recipe.config } } } : {}),
    });
  };
  let last: { readonly name: string; readonly vae: string } | undefined;
  const open: BuiltModels['open'] = async ({ checkpoint, vae: wish, tiling }) => {
    const name = checkpoint === '' ? Object.keys(checkpoints)[0]! : stemOf(checkpoint);
    // The recorded program drew on with a VAE that a request had named until it loaded another checkpoint, and did not tell.
    const kept = wish === 'Automatic' && last?.name === name ? last.vae : wish;
    last = { name, vae: kept };
    const key = JSON.stringify([name, kept, tiling]);
    const known = loaded.get(key) ?? load(name, kept, tiling);
    loaded.set(key, known);
    const model = await known;
    return kept === wish ? model : untold(model);
  };
  return {
    open,
    async taking({ context, vector }, channels) {
      for (const checkpoint of Object.keys(checkpoints)) {
        const model = await open({ checkpoint, vae: 'Automatic', tiling: false });
        const { unet } = model.networks;
        const fits = unet.context === context && unet.vector === vector;
        if (fits && (channels === undefined || unet.inChannels === channels)) return model;
      }
      throw new Error(`no checkpoint takes texts ${context} wide and vectors ${vector} wide`);
    },
    async release() {
      for (const model of loaded.values()) await (await model).networks.release();
    },
  };
}

/** The model with its VAE, of which infotexts tell nothing. */
function untold(model: LoadedModel): LoadedModel {
  return {
    ...model,
    vae: undefined,
    async with(networks, pass) {
      const adapted = await model.with(networks, pass);
      return { ...adapted, model: { ...adapted.model, vae: undefined } };
    },
  };
}

/** A VAE file holds what it has instead of the golden model's. */
function vaeParts(file: string): Recipe['parts'] {
  const prefix = 'first_stage_model.';
  return ['pico.safetensors', file].map((one) => ({ file: one, from: prefix, to: prefix }));
}

async function build(folder: Folder, name: string, parts: Recipe['parts']): Promise<OpenedModel> {
  const weights = new Map<string, WeightRef>();
  const tensors = new Map<string, TensorEntry>();
  for (const { file, from, to } of parts) {
    const path = join(folder.bases, file);
    const opened = await goldenFile(existsSync(path) ? path : goldenModelPath(folder, file));
    for (const [key, ref] of opened.weights) if (key.startsWith(from)) weights.set(to + key.slice(from.length), ref);
    for (const [key, entry] of opened.file.tensors)
      if (key.startsWith(from)) tensors.set(to + key.slice(from.length), entry);
  }
  return { file: { name, container: 'safetensors', tensors, metadata: new Map(), value: undefined }, weights };
}

/** The adapters and embeddings of an area's folder. */
function folderNetworks(folder: Folder, names: NameTable): NetworkSource {
  const path = join(folder.path, FILES);
  const files = existsSync(path) ? readdirSync(path) : [];
  return {
    async adapter(name) {
      const file = files.find((one) => stemOf(one) === name);
      if (file === undefined) return undefined;
      const opened = await goldenFile(join(path, file));
      const adapter = await openAdapter(opened, { inline: true });
      return {
        name,
        // What A1111 leaves out of a file is left out here.
        network: a1111Adapter(adapter, names, adapterResolver(adapter, names)),
        bases: describeModel(opened.file).bases,
        hash: async () => adapterHash(await folder.bytes(join(FILES, file))),
      };
    },
    hypernetwork: async () => undefined,
    async embeddings() {
      const opened = await Promise.all(
        files.map(async (file) => ({ file, model: (await goldenFile(join(path, file))).file })),
      );
      return opened
        .filter(({ model }) => describeModel(model).kind === 'embedding')
        .map(({ file, model }) => ({
          name: stemOf(file),
          open: () => readEmbedding(model, stemOf(file)),
          hash: async () => shortHash(await folder.bytes(join(FILES, file))),
        }));
    },
  };
}

async function runPart(folder: Folder, models: BuiltModels, one: TextCase | UNetCase): Promise<CaseResult> {
  const check = verdict(one.id);
  try {
    const expected = async (name: string): Promise<Float32Array> => (await folder.tensor(one.tensors[name]!)).data;
    const text = await recordedText(folder, one);
    const widths = { context: text.context.shape.at(-1)!, vector: text.vector?.shape.at(-1) ?? 0 };
    if ('t' in one) {
      const x = await folder.tensor(one.tensors['x']!);
      const { networks } = await models.taking(widths, x.shape[1]);
      check.close('out', (await networks.predict(x, one.t, text)).data, await expected('out'), one.tolerance);
    } else {
      const { networks } = await models.taking(widths);
      const size = { width: one.width ?? 512, height: one.height ?? 512 };
      const encoder = promptEncoder(networks, { options: readOptions({}), size });
      const got = await encoder.encode([one.text], one.negative === true ? 'negative' : 'positive');
      check.close('context', got.context.data, text.context.data, one.tolerance);
      if (text.vector) check.close('vector', got.vector?.data ?? [], text.vector.data, one.tolerance);
    }
  } catch (error) {
    check.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return check.result();
}

/** What a case has of a text: [1, n, d], [1, v]. */
async function recordedText(folder: Folder, { tensors }: TextCase | UNetCase): Promise<UNetText> {
  return {
    context: await folder.tensor(tensors['context']!),
    vector: tensors['vector'] === undefined ? undefined : await folder.tensor(tensors['vector']),
  };
}
