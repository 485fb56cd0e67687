import { createHash } from 'node:crypto';
import type { ByteSource } from '@graft/core/bytes';
import { numberOf, order, weightOf, type AnyOp, type Value, type WeightRef } from '@graft/core/graph';
import { fillsBlocks, kernelRef, type OnnxWeight, type WeightForm } from '@graft/core/onnx';
import { numel } from '@graft/core/tensor';
import { isFileSource, type FileSource } from '../files.ts';
import type { FileRange, Kept, KeptRun, WeightFeed, WeightModel } from './protocol.ts';
import { blockOf, recipeFor, type Leaf, type LeafFeed, type Recipes, type RecipeStep } from './recipe.ts';

/** How the weights of a file are computed. */
export interface Computation {
  /** Says what is computed from what: equal digests, equal bytes. */
  readonly digest: string;
  /** What is to be run for it, in this order. Throws SdError `file`, ShapeError, and what reading other stores throws. */
  encode(): Promise<{ readonly models: readonly WeightModel[]; readonly runs: readonly KeptRun[] }>;
}

/** A weight with its place in a prepared file. */
export interface ComputedPlace {
  readonly weight: OnnxWeight;
  readonly to: number;
}

export interface Sources {
  /** Tells files apart. */
  origin(store: FileSource): string;
  /** Where a weight of a file lies in a form already, if it does: the same numbers, with nothing left to widen or reorder. */
  prepared(ref: WeightRef, form: WeightForm): FileRange | undefined;
  readonly recipes: Recipes;
}

/** Weights that are computed together, because steps of them are the same. */
interface Unit {
  readonly places: readonly ComputedPlace[];
  /** What it is, but for where its numbers lie: units of one structure have one recipe. */
  readonly structure: string;
  readonly leaves: readonly LeafValue[];
  readonly numbers: readonly Value[];
}

interface LeafValue {
  readonly ref: WeightRef;
  readonly value: Value;
}

/**
 * Plans how weights are computed. It reads the users' own files in place, or what is prepared of them; what it is made of is only looked at
 * when it is encoded. Throws as `Computation.encode` does.
 */
export async function planComputation(places: readonly ComputedPlace[], sources: Sources): Promise<Computation> {
  const units = unitsOf(places);
  return {
    digest: await digestOf(units, sources),
    async encode() {
      const models = new Map<string, WeightModel>();
      const runs: KeptRun[] = [];
      for (const unit of units) runs.push(...(await runsOf(unit, models, sources)));
      return { models: [...models.values()], runs };
    },
  };
}

/**
 * What is so small beside a weight is rather computed for each weight that wants it: only weights by themselves are made in pieces. A step
 * whose own steps are large is no cheap one, but then those are shared, too.
 */
const SMALL = 1 / 16;

/** Weights that share a step of some size are one unit. */
function unitsOf(places: readonly ComputedPlace[]): readonly Unit[] {
  const parents = places.map((_, i) => i);
  const root = (i: number): number => (parents[i] === i ? i : root(parents[i]!));
  const users = new Map<Value, number>();
  for (const [i, { weight }] of places.entries()) {
    const most = SMALL * numel(weight.ref.shape);
    for (const step of order({ outputs: { value: weight.ref.computed! } })) {
      if (Object.keys(step.ins).length === 0 || numel(step.shape.map(Number)) <= most) continue;
      const user = users.get(step);
      if (user === undefined) users.set(step, i);
      else parents[root(i)] = root(user);
    }
  }
  const groups = new Map<number, ComputedPlace[]>();
  for (const [i, place] of places.entries()) groups.set(root(i), [...(groups.get(root(i)) ?? []), place]);
  return [...groups.values()].map(unitOf);
}

function unitOf(places: readonly ComputedPlace[]): Unit {
  const outputs = Object.fromEntries(places.map(({ weight }, i) => [String(i), weight.ref.computed!]));
  const indices = new Map<Value, number>();
  const stores = new Map<ByteSource, number>();
  const known = new Map<string, number>();
  const leaves: LeafValue[] = [];
  const numbers: Value[] = [];
  const steps: unknown[] = [];
  for (const value of order({ outputs })) {
    indices.set(value, indices.size);
    const ref = weightOf(value);
    if (ref) {
      const store = stores.get(ref.store) ?? stores.size;
      stores.set(ref.store, store);
      const kind = [ref.dtype, ref.shape];
      const range = JSON.stringify([store, ref.offset, ref.length, kind]);
      const leaf = known.get(range) ?? leaves.push({ ref, value }) - 1;
      known.set(range, leaf);
      steps.push([leaf, kind]);
      continue;
    }
    if (numberOf(value) !== undefined) {
      numbers.push(value);
      steps.push('number');
      continue;
    }
    const ins = Object.entries(value.ins).map(([key, operand]) => [key, indices.get(operand)]);
    const attrs = Object.entries(value.attrs as object).map(([key, attr]) => [key, textOf(attr)]);
    steps.push([value.op.name, writtenBy(value.op), ins, attrs]);
  }
  const results = places.map(({ weight: { ref, form } }) => [indices.get(ref.computed!), ref.shape, form]);
  return { places, structure: JSON.stringify([steps, results]), leaves, numbers };
}

/** Numbers by what they are, the rest as it is. */
function textOf(attr: unknown): unknown {
  if (!ArrayBuffer.isView(attr)) return attr;
  const bytes = new Uint8Array(attr.buffer, attr.byteOffset, attr.byteLength);
  return createHash('sha256').update(bytes).digest('hex');
}

/** How operations are written, by themselves: an extension's may change under the same name. */
const WRITTEN = new WeakMap<AnyOp, string>();

function writtenBy(op: AnyOp): string {
  const known = WRITTEN.get(op) ?? createHash('sha256').update(String(op.onnx)).digest('hex');
  WRITTEN.set(op, known);
  return known;
}

/** What is at hand changes how a weight is computed, not what it is: nothing of that is in the digest. */
async function digestOf(units: readonly Unit[], { origin }: Sources): Promise<string> {
  const hash = createHash('sha256');
  for (const { structure, leaves, numbers, places } of units) {
    hash.update(JSON.stringify([structure, places.map(({ to }) => to)]));
    hash.update(new Uint8Array(Float32Array.from(numbers, (value) => numberOf(value)!).buffer));
    for (const { ref } of leaves) {
      const { store, offset, length } = ref;
      if (isFileSource(store)) hash.update(JSON.stringify([origin(store), offset, length]));
      else hash.update(await store.read(offset, offset + length));
    }
  }
  return hash.digest('hex');
}

const HALVES: ReadonlySet<string> = new Set(['F16', 'BF16']);

function lookUp({ ref, value }: LeafValue, form: WeightForm | undefined, sources: Sources): Leaf {
  const inBlocks =
    form?.blocked && fillsBlocks(value, form.blocked.block) ? sources.prepared(kernelRef(ref), form) : undefined;
  const wide = HALVES.has(ref.dtype) ? sources.prepared(ref, { dtype: 'f32' }) : undefined;
  return { ref, inBlocks, wide };
}

async function runsOf(unit: Unit, models: Map<string, WeightModel>, sources: Sources): Promise<readonly KeptRun[]> {
  const { places, structure } = unit;
  const blockedForm = places.find(({ weight: { ref, form } }) => blockOf(ref.computed!, form))?.weight.form;
  const leaves = unit.leaves.map((leaf) => lookUp(leaf, blockedForm, sources));
  const atHand = leaves.map(({ inBlocks, wide }) => [inBlocks !== undefined, wide !== undefined]);
  const key = JSON.stringify([structure, atHand]);
  const results = places.map(({ weight: { ref, form } }) => ({ value: ref.computed!, shape: ref.shape, form }));
  const { before, piece, pieces } = sources.recipes.get(key, () =>
    recipeFor(results, { leaves, numbers: unit.numbers }),
  );
  for (const { model } of before ? [before, piece] : [piece]) models.set(model.key, model);
  const feeds = (list: RecipeStep['feeds']): Promise<readonly WeightFeed[]> =>
    Promise.all(
      list.map(async (feed) =>
        'number' in feed
          ? numberFeed(feed.name, unit.numbers[feed.number]!)
          : leafFeed(feed, leaves[feed.leaf]!, pieces),
      ),
    );
  const kept = places.map(({ weight: { ref, form }, to }, i): Kept => {
    const [count = 1, ...rest] = ref.shape;
    return {
      name: String(i),
      shape: pieces > 1 ? [count / pieces, ...rest] : ref.shape,
      form: blockOf(ref.computed!, form) ? { dtype: 'f32' } : form,
      to,
    };
  });
  const run: KeptRun = { model: piece.model.key, pieces, feeds: await feeds(piece.feeds), results: kept };
  return before ? [{ model: before.model.key, pieces: 1, feeds: await feeds(before.feeds), results: [] }, run] : [run];
}

function numberFeed(name: string, value: Value): WeightFeed {
  const data = new Uint8Array(Float32Array.of(numberOf(value)!).buffer);
  return { name, dtype: 'F32', shape: [], from: { data }, step: 0 };
}

async function leafFeed(
  { name, lies, dtype, shape, isPart }: LeafFeed,
  leaf: Leaf,
  pieces: number,
): Promise<WeightFeed> {
  const { store, offset, length } = leaf.ref;
  const feed = { name, dtype, shape };
  if (lies !== 'stored') {
    const whole = leaf[lies]!;
    return { ...feed, from: whole, step: isPart ? whole.length / pieces : 0 };
  }
  const from = isFileSource(store) ? { path: store.path, offset } : { data: await store.read(offset, offset + length) };
  return { ...feed, from, step: isPart ? length / pieces : 0 };
}
