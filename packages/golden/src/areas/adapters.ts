import { join } from 'node:path';
import { adapterResolver, createStack, openAdapter, storedWeights, type Adapter } from '@graft/core/adapters';
import {
  constant,
  input,
  inputName,
  order,
  weight as storedWeight,
  type Graph,
  type Value,
  type WeightRef,
} from '@graft/core/graph';
import type { OpenedModel } from '@graft/core/models';
import { createNames, type NameTable } from '@graft/core/models/names';
import { conv2d, groupNorm, layerNorm, linear } from '@graft/core/ops';
import { compile } from '@graft/core/runtime';
import { numel, widen, type Tensor } from '@graft/core/tensor';
import { verdict, type Area, type CaseResult, type Folder, type Tolerance } from '../area.ts';
import { goldenEngine, goldenFile, goldenModel } from '../engine.ts';

type Pair = readonly [te: number, unet: number];

interface Layer {
  readonly checkpoint: string;
  readonly kind: string;
  readonly stride: readonly [number, number] | null;
  readonly padding: readonly [number, number] | null;
  readonly groups: number | null;
}

interface Case {
  readonly id: string;
  readonly file?: string;
  readonly files?: readonly string[];
  readonly config?: unknown;
  readonly follow: string;
  /** One pair for each way to use a file; with `files`, one list of pairs. */
  readonly strengths?: readonly (Pair | readonly Pair[])[];
  readonly dyn?: number;
  readonly tensors?: Readonly<Record<string, string>>;
  readonly embeddings?: Readonly<Record<string, readonly number[]>>;
  readonly order?: Readonly<Record<string, readonly string[]>>;
  readonly delta?: Readonly<Record<string, readonly Sums[]>>;
  readonly tolerance: Tolerance;
}

interface Sums {
  readonly shape: readonly number[];
  readonly sum: number;
  readonly abs: number;
  readonly sumsq: number;
}

interface Index {
  readonly layers: Readonly<Record<string, Layer>>;
  readonly cases: readonly Case[];
}

/** Weight adapters: what every family and variant makes of a few layers, alone, stacked, and live. */
export const adapters: Area = {
  name: 'adapters',
  async *run(folder) {
    const { layers, cases } = folder.index as Index;
    const base = await goldenFile(join(folder.path, 'base.safetensors'));
    for (const one of cases)
      yield await (one.order ? runNumbered(folder, one) : runCase(folder, one, { layers, base }));
  },
};

interface Setup {
  readonly layers: Readonly<Record<string, Layer>>;
  readonly base: OpenedModel;
}

/** Layers of single cases: where they would be in a checkpoint, and where their weight is. */
const OTHER_LAYERS: Readonly<Record<string, { readonly key: string; readonly base: string }>> = {
  conv_in: { key: 'model.diffusion_model.input_blocks.0.0.weight', base: '' },
  in_proj: { key: 'cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight', base: 'mha/in_proj' },
  out_proj: { key: 'cond_stage_model.model.transformer.resblocks.0.attn.out_proj.weight', base: 'mha/out_proj' },
};

/** Tensors by which a checkpoint is known; the data hold a few layers only. */
const HF_SIGNS = [
  'model.diffusion_model.input_blocks.0.0.weight',
  'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight',
];
/** The last block of SD2's text encoder is not used, so there must be one more. */
const OPENCLIP_SIGNS = [
  'model.diffusion_model.input_blocks.0.0.weight',
  'cond_stage_model.model.token_embedding.weight',
  'cond_stage_model.model.transformer.resblocks.1.ln_1.weight',
];

interface Wanted {
  readonly layer: string;
  readonly index: number;
  /** `weight`, `bias` or the layer's output `y`. */
  readonly what: 'weight' | 'bias' | 'y';
  readonly name: string;
  readonly reference: string;
}

/** The results that a loader has to reproduce. */
function wantedOf({ follow, tensors = {} }: Case): Wanted[] {
  const kinds: Readonly<Record<string, Wanted['what']>> = {
    [follow]: 'weight',
    [`${follow}.bias`]: 'bias',
    [`y.${follow}`]: 'y',
    'y.live': 'y',
  };
  return Object.entries(tensors).flatMap(([name, reference]) => {
    const [layer = '', index = '', kind = ''] = name.split('/');
    const what = kinds[kind];
    return what === undefined ? [] : [{ layer, index: Number(index), what, name, reference }];
  });
}

async function runCase(folder: Folder, one: Case, { layers, base }: Setup): Promise<CaseResult> {
  const check = verdict(one.id);
  const wanted = wantedOf(one);
  if (wanted.length === 0) check.fail('nothing to compare');
  const weights = baseWeights(one, wanted, base);
  const signs = wanted.some(({ layer }) => layer.endsWith('_proj')) ? OPENCLIP_SIGNS : HF_SIGNS;
  const shapes = new Map(signs.map((key) => [key, { shape: [1] }]));
  const names = createNames(new Map<string, { readonly shape: readonly number[] }>([...shapes, ...weights]));
  const opened: Adapter[] = [];
  for (const file of one.files ?? [one.file!])
    opened.push(
      await openAdapter(
        await goldenFile(join(folder.path, file)),
        one.config === undefined ? {} : { config: one.config },
      ),
    );
  for (const [name, shape] of Object.entries(one.embeddings ?? {})) {
    const found = opened.flatMap(({ embeddings }) => embeddings).find((embedding) => embedding.name === name);
    const tensors = [...(found?.tensors.values() ?? [])];
    const width = tensors.reduce((total, entry) => total + entry.shape[1]!, 0);
    check.same(`embedding ${name}`, [tensors[0]?.shape[0], width], shape);
  }
  const live = wanted.some(({ name }) => name.endsWith('/y.live'));
  for (const [index, given] of (one.strengths ?? []).entries()) {
    const pairs = (typeof given[0] === 'number' ? [given] : given) as readonly Pair[];
    const here = wanted.filter((item) => item.index === index);
    if (here.length === 0) continue;
    const stack = await createStack(
      opened.map((adapter, i) => ({
        adapter,
        resolve: adapterResolver(adapter, names),
        te: pairs[i]![0],
        unet: pairs[i]![1],
        dyn: one.dyn,
      })),
      storedWeights(weights, names),
      live ? { live, from: 'pristine' } : {},
    );
    const results = await run(here, stack, { layers, weights, names, folder });
    for (const { name, reference, what, layer } of here) {
      const expected = (await folder.tensor(reference)).data;
      const got = results[name]!.data;
      const ref = what === 'y' ? undefined : weights.get(keyOf(layer, what, layers));
      const start = ref ? await hostData(ref) : undefined;
      check.close(name, start ? got.map((value, i) => value - start[i]!) : got, expected, one.tolerance);
    }
  }
  return check.result();
}

/** The base's tensors by checkpoint name, with those of single cases in their places. */
function baseWeights(
  { tensors = {} }: Case,
  wanted: readonly Wanted[],
  base: OpenedModel,
): ReadonlyMap<string, WeightRef> {
  const weights = new Map(base.weights);
  for (const { layer } of wanted) {
    const other = OTHER_LAYERS[layer];
    if (!other) continue;
    const ref = base.weights.get(other.base === '' ? (tensors['base'] ?? '').split('#')[1]! : other.base);
    if (ref) weights.set(other.key, ref);
  }
  return weights;
}

function keyOf(layer: string, part: 'weight' | 'bias', layers: Setup['layers']): string {
  return OTHER_LAYERS[layer]?.key ?? `${layers[layer]!.checkpoint}.${part}`;
}

interface RunSetup {
  readonly layers: Setup['layers'];
  readonly weights: ReadonlyMap<string, WeightRef>;
  readonly names: NameTable;
  readonly folder: Folder;
}

/** Computes the wanted tensors of one set of strengths. */
async function run(
  wanted: readonly Wanted[],
  stack: Awaited<ReturnType<typeof createStack>>,
  { layers, weights, names, folder }: RunSetup,
): Promise<Readonly<Record<string, Tensor>>> {
  const tensorOf = (layer: string, part: 'weight' | 'bias'): Value | undefined => {
    const full = keyOf(layer, part, layers);
    const place = names.places.find(({ prefix }) => full.startsWith(prefix))!;
    const key = full.slice(place.prefix.length);
    const ref = weights.get(full);
    if (ref) return stack.door(place.component)(key, storedWeight(ref));
    return stack.merge(place.component, [key]).outputs[key];
  };
  const outputs: Record<string, Value> = {};
  const feeds: Record<string, Tensor> = {};
  for (const { layer, what, name } of wanted) {
    if (what !== 'y') {
      const bias = what === 'bias' ? weights.get(`${layers[layer]!.checkpoint}.weight`)!.shape[0]! : 0;
      outputs[name] = tensorOf(layer, what) ?? constant(new Float32Array(bias));
      continue;
    }
    const x = await folder.tensor(`data.safetensors#input.${layer}`);
    feeds[`input.${layer}`] = x;
    outputs[name] = apply(
      layers[layer]!,
      input(`input.${layer}`, x.shape),
      tensorOf(layer, 'weight')!,
      tensorOf(layer, 'bias'),
    );
  }
  return runGraph({ outputs }, { ...feeds, ...stack.feeds() });
}

/** Runs a graph once, feeding what it asks for. */
async function runGraph(
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
  const program = await compile(await goldenEngine(), graph);
  const used = Object.keys(feeds).filter((name) => inputsOf(graph).has(name));
  const results = await program.run(Object.fromEntries(used.map((name) => [name, feeds[name]!])));
  await program.release();
  return results;
}

function inputsOf(graph: Graph): ReadonlySet<string> {
  return new Set(order(graph).flatMap((value) => inputName(value) ?? []));
}

/** A layer's output with a changed weight and bias. */
function apply({ kind, stride, padding, groups }: Layer, x: Value, weight: Value, bias: Value | undefined): Value {
  switch (kind) {
    case 'Linear':
      return linear(x, weight, bias);
    case 'Conv2d': {
      const [pad = 0] = padding ?? [];
      return conv2d(x, weight, bias, { stride: stride?.[0] ?? 1, pads: [pad, pad, pad, pad], wrap: false });
    }
    case 'LayerNorm':
      return layerNorm(x, weight, bias!, 1e-5);
    case 'GroupNorm':
      return groupNorm(x, weight, bias!, { groups: groups!, eps: 1e-5 });
    default:
      throw new Error(`no layer of kind ${kind}`);
  }
}

async function hostData(ref: WeightRef): Promise<Float32Array> {
  return widen(ref.dtype, await ref.store.read(ref.offset, ref.offset + ref.length));
}

/** The first LoRA format on pico: which layer each number is, and what is added to it. */
async function runNumbered(folder: Folder, one: Case): Promise<CaseResult> {
  const check = verdict(one.id);
  const names = createNames((await goldenModel(folder)).weights);
  for (const file of one.files!) {
    const adapter = await openAdapter(await goldenFile(join(folder.path, file)));
    const resolve = adapterResolver(adapter, names);
    for (const component of new Set(adapter.modules.map(({ name }) => name.split(':')[0]!))) {
      const modules = adapter.modules
        .filter(({ name }) => name.startsWith(`${component}:`))
        .sort((a, b) => Number(a.name.split(':')[1]) - Number(b.name.split(':')[1]));
      const layers = modules.map(({ name }) => resolve(name));
      check.same(
        `${file} ${component} order`,
        layers.map((layer) => layer?.diffusers),
        one.order![component],
      );
      const expected = one.delta![component]!;
      check.same(
        `${file} ${component} shapes`,
        layers.map((layer) => layer?.shape),
        expected.map(({ shape }) => shape),
      );
      const zeros = modules.map((module, i): [string, Value] => {
        const shape = expected[i]!.shape;
        return [String(i), module.weight(constant(new Float32Array(numel(shape)), shape), 1)];
      });
      const deltas = await runGraph({ outputs: Object.fromEntries(zeros) }, {});
      const sums = (of: (x: number) => number): number[] =>
        modules.map((_, i) => deltas[i]!.data.reduce((total, x) => total + of(x), 0));
      check.close(
        `${file} ${component} sum`,
        sums((x) => x),
        expected.map(({ sum }) => sum),
        one.tolerance,
      );
      check.close(
        `${file} ${component} abs`,
        sums(Math.abs),
        expected.map(({ abs }) => abs),
        one.tolerance,
      );
      check.close(
        `${file} ${component} squares`,
        sums((x) => x * x),
        expected.map(({ sumsq }) => sumsq),
        one.tolerance,
      );
    }
  }
  return check.result();
}
