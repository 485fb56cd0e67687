import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import type { ByteSource } from '@graft/core/bytes';
import type { Value, WeightRef } from '@graft/core/graph';
import {
  encodeModel,
  lower,
  type OnnxConstant,
  type OnnxModel,
  type OnnxNode,
  type OnnxWeight,
  type Placement,
} from '@graft/core/onnx';
import { DTYPES, numel, widen } from '@graft/core/tensor';
import { isFileSource } from '../files.ts';
import { ofFile } from './of-file.ts';
import type { Kept } from './protocol.ts';

/** Weights that one run computes, and where they go. */
export interface Batch {
  readonly results: readonly Kept[];
  /** Says what is computed from what: equal digests, equal bytes. */
  readonly digest: string;
  /** The model for `folder`, which holds the files that it reads. */
  encode(): { readonly model: Uint8Array; readonly folder: string };
}

/** A weight with its place in a prepared file. */
export interface ComputedPlace {
  readonly weight: OnnxWeight;
  readonly to: number;
}

/** Bytes of a file. */
export interface FileRange {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

export interface Sources {
  /** Tells files apart. */
  origin(store: ByteSource): Promise<string>;
  /** Where a half-precision weight lies as float32 already, if it does: the same numbers, with nothing left to widen. */
  widened(ref: WeightRef): Promise<FileRange | undefined>;
}

/** Results of one run, in bytes: few enough to stay near the processor, enough to be worth a session. */
const BATCH_BYTES = 16 * 2 ** 20;

/**
 * Plans the runs that compute weights, in order. They read the users' own files in place, or what is prepared of them.
 * Throws SdError `file`, and what reading other stores throws.
 */
export async function batches(places: readonly ComputedPlace[], sources: Sources): Promise<Batch[]> {
  const lists: ComputedPlace[][] = [];
  let room = 0;
  for (const place of places) {
    const bytes = numel(place.weight.ref.shape) * DTYPES.F32;
    room -= bytes;
    if (room < 0) {
      lists.push([]);
      room = BATCH_BYTES - bytes;
    }
    lists.at(-1)!.push(place);
  }
  return Promise.all(lists.map((list) => batch(list, sources)));
}

async function batch(places: readonly ComputedPlace[], { origin, widened }: Sources): Promise<Batch> {
  const outputs = Object.fromEntries(places.map(({ weight }, i): [string, Value] => [String(i), weight.ref.computed!]));
  const lowered = lower({ outputs }, { weights: 'stored' });
  const files = filePaths(lowered.weights);
  const wide = new Map<OnnxWeight, FileRange>();
  for (const weight of files.keys()) {
    const range = HALVES.has(weight.ref.dtype) ? await widened(weight.ref) : undefined;
    if (range) wide.set(weight, range);
  }
  const paths = new Map([...files].map(([weight, path]) => [weight, wide.get(weight)?.path ?? path]));
  const folder = commonFolder([...paths.values()]);
  const mapped = lowered.weights.filter((weight) => folder !== undefined && paths.has(weight));
  const read = await Promise.all(lowered.weights.filter((weight) => !mapped.includes(weight)).map(asConstant));
  const model: OnnxModel = { ...lowered, weights: mapped, constants: [...lowered.constants, ...read] };
  const results = places.map(({ weight, to }, i) => ({
    name: String(i),
    shape: weight.ref.shape,
    form: weight.form,
    to,
  }));
  const hash = createHash('sha256').update(JSON.stringify([model.nodes, results]));
  for (const { name, ref } of mapped)
    hash.update(JSON.stringify([name, await origin(ref.store), ref.offset, ref.length, ref.dtype, ref.shape]));
  for (const { name, shape, data } of model.constants)
    hash.update(JSON.stringify([name, shape])).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const ranges = new Map(
    mapped.map((weight): [string, Placement] => {
      const { offset, length } = wide.get(weight) ?? weight.ref;
      return [weight.name, { location: relative(folder!, paths.get(weight)!).split(sep).join('/'), offset, length }];
    }),
  );
  return {
    results,
    digest: hash.digest('hex'),
    encode: () => ({
      model: encodeModel(withWide(model, new Set(wide.keys())), ({ name }) => ranges.get(name)!),
      folder: folder ?? '.',
    }),
  };
}

const HALVES: ReadonlySet<string> = new Set(['F16', 'BF16']);

/** The same model where some weights are float32 already. */
function withWide(model: OnnxModel, wide: ReadonlySet<OnnxWeight>): OnnxModel {
  const names = new Set([...wide].map(({ name }) => name));
  const isWidening = ({ type, ins }: OnnxNode): boolean => type === 'Cast' && names.has(ins[0]!);
  const renamed = new Map(model.nodes.filter(isWidening).map(({ ins, out }) => [out, ins[0]!]));
  return {
    ...model,
    // A widening stays where it is a result itself.
    nodes: model.nodes
      .filter((node) => !isWidening(node) || model.outputs.some(({ name }) => name === node.out))
      .map((node) => ({ ...node, ins: node.ins.map((name) => renamed.get(name) ?? name) })),
    weights: model.weights.map((weight) =>
      wide.has(weight) ? { ...weight, ref: { ...weight.ref, dtype: 'F32' as const } } : weight,
    ),
  };
}

/** Where the weights really lie that the runtime can read as they are: it refuses links out of its folder. */
function filePaths(weights: readonly OnnxWeight[]): ReadonlyMap<OnnxWeight, string> {
  const real = new Map<ByteSource, string>();
  const paths = new Map<OnnxWeight, string>();
  for (const weight of weights) {
    const { store, dtype } = weight.ref;
    if (!isFileSource(store) || (weight.form.dtype !== 'stored' && dtype !== 'F32')) continue;
    const path = real.get(store) ?? ofFile(store.path, (linked) => realpathSync(linked));
    real.set(store, path);
    paths.set(weight, path);
  }
  return paths;
}

/** The deepest folder that holds all paths; undefined where they lie on different drives. */
function commonFolder(paths: readonly string[]): string | undefined {
  const [first, ...others] = paths.map((path) => dirname(path).split(sep));
  if (!first) return undefined;
  let count = first.length;
  for (const other of others) {
    const end = first.findIndex((part, i) => part !== other[i]);
    if (end >= 0) count = Math.min(count, end);
  }
  if (count === 0) return undefined;
  const folder = first.slice(0, count).join(sep);
  return count === 1 ? folder + sep : folder;
}

async function asConstant({ name, ref }: OnnxWeight): Promise<OnnxConstant> {
  const { store, offset, length, dtype, shape } = ref;
  return { name, shape, data: widen(dtype, await store.read(offset, offset + length)) };
}
