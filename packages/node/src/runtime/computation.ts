import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import type { ByteSource } from '@graft/core/bytes';
import { order, weightOf, type AnyOp, type Value, type WeightRef } from '@graft/core/graph';
import {
  asItLies,
  encodeModel,
  fillsBlocks,
  kernelRef,
  lower,
  matrixInBlocks,
  type OnnxConstant,
  type OnnxModel,
  type OnnxNode,
  type OnnxWeight,
  type Placement,
  type WeightForm,
} from '@graft/core/onnx';
import { widen } from '@graft/core/tensor';
import { isFileSource } from '../files.ts';
import { ofFile } from './of-file.ts';
import type { Kept } from './protocol.ts';

/** How the weights of a file are computed, all in one run. */
export interface Computation {
  readonly results: readonly Kept[];
  /** Says what is computed from what: equal digests, equal bytes. */
  readonly digest: string;
  /** The model for `folder`, which holds the files that it reads. Throws SdError `file`, and what reading other stores throws. */
  encode(): Promise<{ readonly model: Uint8Array; readonly folder: string }>;
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
  /** Where a weight of a file lies in a form already, if it does: the same numbers, with nothing left to widen or reorder. */
  prepared(ref: WeightRef, form: WeightForm): Promise<FileRange | undefined>;
}

/**
 * Plans the run that computes weights. It reads the users' own files in place, or what is prepared of them; what it is made of is only looked
 * at when it is encoded. Throws as `Computation.encode` does.
 */
export async function planComputation(places: readonly ComputedPlace[], sources: Sources): Promise<Computation> {
  const results = places.map(({ weight: { ref, form }, to }, i): Kept => {
    return { name: String(i), shape: ref.shape, form: madeInBlocks(ref, form) ? { dtype: 'f32' } : form, to };
  });
  return {
    results,
    digest: await digestOf(places, sources),
    encode: async () => encoded(lowered(places, await preparedMatrices(places, sources)), sources),
  };
}

/** What is at hand changes how a weight is computed, not what it is: nothing of that is in the digest. */
async function digestOf(places: readonly ComputedPlace[], { origin }: Sources): Promise<string> {
  const hash = createHash('sha256');
  const outputs = Object.fromEntries(places.map(({ weight }, i) => [String(i), weight.ref.computed!]));
  const numbers = new Map<Value, number>();
  for (const value of order({ outputs })) {
    numbers.set(value, numbers.size);
    const ref = weightOf(value);
    if (ref) {
      const { store, offset, length, dtype, shape } = ref;
      if (isFileSource(store)) hash.update(JSON.stringify([await origin(store), offset, length, dtype, shape]));
      else hash.update(JSON.stringify([length, dtype, shape])).update(await store.read(offset, offset + length));
      continue;
    }
    const ins = Object.entries(value.ins).map(([key, operand]) => [key, numbers.get(operand)]);
    const attrs = Object.entries(value.attrs as object).filter(([, attr]) => !ArrayBuffer.isView(attr));
    hash.update(JSON.stringify([value.op.name, textOf(value.op), ins, attrs]));
    for (const attr of Object.values(value.attrs as object))
      if (ArrayBuffer.isView(attr)) hash.update(attr as Uint8Array);
  }
  for (const { weight, to } of places)
    hash.update(JSON.stringify([numbers.get(weight.ref.computed!), weight.ref.shape, weight.form, to]));
  return hash.digest('hex');
}

/** How operations are written, by themselves: an extension's may change under the same name. */
const TEXTS = new WeakMap<AnyOp, string>();

function textOf(op: AnyOp): string {
  const known = TEXTS.get(op) ?? createHash('sha256').update(String(op.onnx)).digest('hex');
  TEXTS.set(op, known);
  return known;
}

/** What computes weights, those that will lie in blocks in that order from the start. `atHand`: matrices that do already. */
function lowered(places: readonly ComputedPlace[], atHand: ReadonlySet<WeightRef>): OnnxModel {
  const outputs = places.map(({ weight: { ref, form } }, i): [string, Value] => {
    const value = ref.computed!;
    const block = madeInBlocks(ref, form);
    if (!block) return [String(i), value];
    const isPrepared = (one: WeightRef): boolean => atHand.has(one);
    const options = { block, isPrepared, fused: true, plain: (one: Value) => one };
    return [String(i), asItLies(matrixInBlocks(value, options))];
  });
  return lower({ outputs: Object.fromEntries(outputs) }, { weights: 'stored' });
}

/** Channels in a block of a weight that is computed in blocks; undefined for those that are computed row by row. */
function madeInBlocks({ computed }: WeightRef, { blocked }: WeightForm): number | undefined {
  return blocked?.order === 'inout' && fillsBlocks(computed!, blocked.block) ? blocked.block : undefined;
}

/** Of the stored matrices that weights are computed from those that lie in blocks already. */
async function preparedMatrices(
  places: readonly ComputedPlace[],
  { prepared }: Sources,
): Promise<ReadonlySet<WeightRef>> {
  const found = new Set<WeightRef>();
  for (const { weight } of places) {
    const { ref, form } = weight;
    const block = madeInBlocks(ref, form);
    for (const value of block ? order({ outputs: { value: ref.computed! } }) : []) {
      const leaf = weightOf(value);
      if (leaf && isFileSource(leaf.store) && fillsBlocks(value, block!) && (await prepared(kernelRef(leaf), form)))
        found.add(leaf);
    }
  }
  return found;
}

/** A model in bytes whose weights are read where they lie, preferably prepared. */
async function encoded(model: OnnxModel, { prepared }: Sources): ReturnType<Computation['encode']> {
  const ranges = new Map<OnnxWeight, FileRange>();
  const wide = new Set<OnnxWeight>();
  const files = filePaths(model.weights);
  for (const weight of model.weights) {
    const { ref, form } = weight;
    const path = files.get(weight);
    const isHalf = path !== undefined && HALVES.has(ref.dtype);
    const range = isHalf || form.blocked ? await prepared(ref, { ...form, dtype: 'f32' }) : undefined;
    if (range && isHalf) wide.add(weight);
    if (range) ranges.set(weight, range);
    else if (path !== undefined) ranges.set(weight, { path, offset: ref.offset, length: ref.length });
  }
  const folder = commonFolder([...ranges.values()].map(({ path }) => path));
  if (folder === undefined) ranges.clear();
  const constants = [...model.constants, ...(await asConstants(model, ranges))];
  const mapped = model.weights.filter((weight) => ranges.has(weight));
  const places = new Map(
    [...ranges].map(([{ name }, { path, offset, length }]): [string, Placement] => {
      return [name, { location: relative(folder!, path).split(sep).join('/'), offset, length }];
    }),
  );
  return {
    model: encodeModel(withWide({ ...model, weights: mapped, constants }, wide), ({ name }) => places.get(name)!),
    folder: folder ?? '.',
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

/** The weights that are not among those in files. */
function asConstants(
  { weights }: OnnxModel,
  files: { has(weight: OnnxWeight): boolean },
): Promise<readonly OnnxConstant[]> {
  return Promise.all(
    weights
      .filter((weight) => !files.has(weight))
      .map(async ({ name, ref: { store, offset, length, dtype, shape } }) => {
        return { name, shape, data: widen(dtype, await store.read(offset, offset + length)) };
      }),
  );
}
