import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  applyHypernetwork,
  attentionWidths,
  derivedDropout,
  hypernetworkLayers,
  liveHypernetworks,
  openHypernetwork,
  type Hypernetwork,
} from '@graft/core/adapters/hypernetwork';
import { stemOf } from '@graft/core/adapters/textual-inversion';
import { SdError } from '@graft/core/errors';
import { input } from '@graft/core/graph';
import { inferUNet, unet } from '@graft/core/models';
import type { NetworkSource } from '@graft/core/pipeline';
import { compile } from '@graft/core/runtime';
import { tensor, type Tensor } from '@graft/core/tensor';
import { verdict, type Area, type CaseResult, type Folder, type Tolerance } from '../area.ts';
import { compareDrawn, drawOne, goldenModels, type GoldenModels } from '../drawing.ts';
import { goldenCheckpoint, goldenEngine, goldenFile, goldenModel } from '../engine.ts';

type Verdict = ReturnType<typeof verdict>;

interface FileCase {
  readonly id: string;
  readonly kind: 'file';
  readonly file: string;
  readonly status: 'loaded' | 'error';
  readonly name: string;
  readonly step: number;
  readonly sd_checkpoint: string | null;
  readonly sd_checkpoint_name: string | null;
  readonly layer_structure: readonly number[];
  readonly activation_func: string | null;
  readonly weight_init: string;
  readonly layer_norm: boolean;
  readonly use_dropout: boolean;
  readonly activate_output: boolean;
  readonly dropout_structure: readonly number[];
  readonly last_layer_dropout: boolean;
  readonly sizes: readonly number[];
  readonly modules: readonly string[];
  readonly shorthash: string;
  readonly outputs: readonly Output[];
  readonly tolerance: Tolerance;
}

interface Output {
  readonly width: number;
  readonly multiplier: number;
  readonly error?: string;
  readonly tensors?: { readonly k: string; readonly v: string };
}

interface UNetCase {
  readonly id: string;
  readonly kind: 'unet';
  /** [name, multiplier]: files that are missing are passed over. */
  readonly networks: readonly (readonly [string, number])[];
  readonly timestep: number;
  readonly tensors: { readonly out: string };
  readonly tolerance: Tolerance;
}

interface DropoutCase {
  readonly id: string;
  readonly kind: 'dropout';
  readonly layer_structure: readonly number[];
  readonly use_dropout: boolean;
  readonly last_layer_dropout: boolean;
  readonly result: readonly number[];
}

type Case =
  | FileCase
  | UNetCase
  | DropoutCase
  | { readonly id: string; readonly kind: 'refused'; readonly activation: string }
  | PictureCase
  | TrainCase;

interface PictureCase {
  readonly id: string;
  readonly kind: 'picture';
  readonly request: Readonly<Record<string, unknown>> & { readonly prompt: string };
  /** What A1111 had loaded: [name, multiplier]. */
  readonly active: readonly (readonly [string, number])[];
  readonly infotext: string;
  readonly image: string;
  readonly tensors: { readonly latent: string };
  readonly tolerance: Tolerance & { readonly pixel: number };
}

interface TrainCase {
  readonly id: string;
  readonly kind: 'train';
}

interface Index {
  readonly inputs: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
}

/** Hypernetworks: files of every age, what they do to a context, and to the UNet. */
export const hypernetworks: Area = {
  name: 'hypernetworks',
  async *run(folder) {
    const models = goldenModels(folder);
    for (const one of (folder.index as Index).cases) {
      if (one.kind === 'train') yield { id: one.id, status: 'waiting', note: 'training of hypernetworks' };
      else yield await runCase(one, folder, models);
    }
    await models.release();
  },
};

async function runCase(one: Exclude<Case, TrainCase>, folder: Folder, models: GoldenModels): Promise<CaseResult> {
  const result = verdict(one.id);
  try {
    if (one.kind === 'file') await checkFile(one, result, folder);
    else if (one.kind === 'unet') await checkUNet(one, result, folder);
    else if (one.kind === 'picture') await checkPicture(one, result, folder, models);
    else if (one.kind === 'dropout')
      result.same(
        'dropout',
        derivedDropout(one.layer_structure, { use: one.use_dropout, last: one.last_layer_dropout }),
        one.result,
      );
    else if (refusal(() => hypernetworkLayers(64, plain(one.activation))) === undefined) result.fail('was not refused');
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    result.fail(`${error.name}: ${error.message}`);
  }
  return result.result();
}

function plain(activation: string): Hypernetwork['structure'] {
  return { layers: [1, 2, 1], activation, layerNorm: false, activateOutput: true, dropout: [0, 0, 0] };
}

function refusal(work: () => unknown): SdError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof SdError) return error;
    throw error;
  }
}

async function open(folder: Folder, file: string): Promise<Hypernetwork> {
  return openHypernetwork(await goldenFile(join(folder.path, file)), stemOf(basename(file)));
}

async function checkFile(one: FileCase, result: Verdict, folder: Folder): Promise<void> {
  const network = await open(folder, one.file).catch((error: unknown) => {
    if (error instanceof SdError) return error;
    throw error;
  });
  if (network instanceof SdError) {
    result.same('status', 'error', one.status);
    return;
  }
  const { structure } = network;
  result.same('status', 'loaded', one.status);
  const facts = [
    network.name,
    network.step,
    network.checkpoint ?? null,
    network.checkpointName ?? null,
    network.weightInit,
  ];
  result.same('facts', facts, [one.name, one.step, one.sd_checkpoint, one.sd_checkpoint_name, one.weight_init]);
  result.same(
    'structure',
    [structure.layers, structure.activation ?? null, structure.layerNorm, structure.activateOutput],
    [one.layer_structure, one.activation_func, one.layer_norm, one.activate_output],
  );
  result.same(
    'dropout',
    [network.useDropout, structure.dropout, network.lastLayerDropout],
    [one.use_dropout, one.dropout_structure, one.last_layer_dropout],
  );
  result.same(
    'sizes',
    [...network.modules.keys()].toSorted((a, b) => a - b),
    one.sizes,
  );
  const [first] = network.modules.values();
  const steps = first!.k.layers.map((layer) =>
    layer.kind === 'activation' ? canonical(layer.name) : STEPS[layer.kind],
  );
  result.same(
    'modules',
    steps,
    one.modules.map((name) => name.toLowerCase()),
  );
  const hash = await shortHash(folder, one.file);
  // A1111 remembers hashes by the name inside: of several files with one name it may tell the hash of another.
  if (hash !== one.shorthash && !(await namesakes(one, folder)).includes(one.shorthash))
    result.same('hash', hash, one.shorthash);
  for (const output of one.outputs) await checkOutput(network, output, one, result, folder);
}

async function shortHash(folder: Folder, file: string): Promise<string> {
  return createHash('sha256')
    .update(await folder.bytes(file))
    .digest('hex')
    .slice(0, 10);
}

/** The hashes of the other files that have the same name inside. */
async function namesakes(one: FileCase, folder: Folder): Promise<string[]> {
  const others = (folder.index as Index).cases.filter(
    (other): other is FileCase => other.kind === 'file' && other.name === one.name && other.file !== one.file,
  );
  return Promise.all(others.map(({ file }) => shortHash(folder, file)));
}

const STEPS = { linear: 'linear', norm: 'layernorm', dropout: 'dropout' } as const;

/** torch's name of the class. */
function canonical(activation: string): string {
  return activation === 'swish' ? 'hardswish' : activation;
}

async function checkOutput(
  network: Hypernetwork,
  output: Output,
  one: FileCase,
  result: Verdict,
  folder: Folder,
): Promise<void> {
  const { inputs } = folder.index as Index;
  const x = await folder.tensor(inputs[String(output.width)]!);
  const part = `${output.width} × ${output.multiplier}`;
  const modules = network.modules.get(output.width);
  const trace = (): Readonly<Record<'k' | 'v', ReturnType<typeof applyHypernetwork>>> => {
    const [context, strength] = [input('x', x.shape), input('strength', [])];
    return {
      k: applyHypernetwork(context, modules!.k, { strength }),
      v: applyHypernetwork(context, modules!.v, { strength }),
    };
  };
  if (output.error !== undefined) {
    if (refusal(trace) === undefined) result.fail(`${part}: was not refused`);
    return;
  }
  const program = await compile(await goldenEngine(), { outputs: trace() });
  const made = await program.run({ x, strength: tensor([], Float32Array.of(output.multiplier)) });
  await program.release();
  for (const side of ['k', 'v'] as const)
    result.close(`${part} ${side}`, made[side]!.data, (await folder.tensor(output.tensors![side])).data, one.tolerance);
}

async function checkUNet(one: UNetCase, result: Verdict, folder: Folder): Promise<void> {
  const { inputs } = folder.index as Index;
  const files = one.networks.filter(([name]) => existsSync(join(folder.path, 'files', `${name}.pt`)));
  const active = await Promise.all(
    files.map(async ([name, strength]) => ({ network: await open(folder, join('files', `${name}.pt`)), strength })),
  );
  const checkpoint = goldenCheckpoint(await goldenModel(folder));
  const scope = checkpoint.scope('unet');
  const config = inferUNet(scope, checkpoint.name);
  const { context: door, feeds } = await liveHypernetworks(active, attentionWidths(config));
  const x = await folder.tensor(inputs['latent']!);
  const context = await folder.tensor(inputs['cond']!);
  const t: Tensor = tensor([1], Float32Array.of(one.timestep));
  const out = unet(
    scope,
    config,
    { x: input('x', x.shape), t: input('t', t.shape), context: input('context', context.shape) },
    { context: door },
  );
  const program = await compile(await goldenEngine(), { outputs: { out } });
  const made = await program.run({ x, t, context, ...feeds });
  await program.release();
  result.close('out', made['out']!.data, (await folder.tensor(one.tensors.out)).data, one.tolerance);
}

async function checkPicture(one: PictureCase, result: Verdict, folder: Folder, models: GoldenModels): Promise<void> {
  const opened = new Map<string, Hypernetwork>();
  const pathOf = (name: string): string => join('files', `${name}.pt`);
  const networks: NetworkSource = {
    adapter: async () => undefined,
    async hypernetwork(name) {
      if (!existsSync(join(folder.path, pathOf(name)))) return undefined;
      const network = opened.get(name) ?? (await open(folder, pathOf(name)));
      opened.set(name, network);
      return { name, network, bases: [], hash: async () => undefined };
    },
    embeddings: async () => [],
  };
  const prompt = asLoaded(one);
  const { tolerance } = one;
  const expected = {
    latents: await folder.tensor(one.tensors.latent),
    latentTolerance: tolerance,
    image: one.image,
    pixel: tolerance.pixel,
    infotext: one.infotext.replace(one.request.prompt, () => prompt),
  };
  await compareDrawn(await drawOne({ ...one.request, prompt }, models, networks), expected, result, folder);
}

/** The prompt, with the strengths that counted: a network that A1111 had loaded before has those of its last mention at each. */
function asLoaded({ request: { prompt }, active }: PictureCase): string {
  const strengths = new Map(
    active.map(([name]) => [name, active.filter(([other]) => other === name).map(([, x]) => x)]),
  );
  return prompt.replace(/<hypernet:([^:>]+)[^>]*>/g, (tag, name: string) => {
    const strength = strengths.get(name)?.shift();
    return strength === undefined ? tag : `<hypernet:${name}:${strength}>`;
  });
}
