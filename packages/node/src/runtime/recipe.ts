import { createHash } from 'node:crypto';
import { input, order, substitute, type Value, type WeightRef } from '@graft/core/graph';
import {
  asItLies,
  encodeModel,
  feedWeights,
  fillsBlocks,
  lower,
  matrixInBlocks,
  splitModel,
  type OnnxModel,
  type OnnxWeight,
  type WeightForm,
} from '@graft/core/onnx';
import { rows } from '@graft/core/ops';
import { DTYPES, numel, type DType } from '@graft/core/tensor';
import type { FileRange, WeightModel } from './protocol.ts';

/** A weight that a recipe makes. */
export interface RecipeResult {
  readonly value: Value;
  /** Its sizes as a weight. */
  readonly shape: readonly number[];
  readonly form: WeightForm;
}

/** A stored tensor that a recipe starts from, and where it lies prepared, if it does. */
export interface Leaf {
  readonly ref: WeightRef;
  /** As a matrix in blocks. */
  readonly inBlocks: FileRange | undefined;
  /** As float32. */
  readonly wide: FileRange | undefined;
}

/** What results are made from. */
export interface Ingredients {
  readonly leaves: readonly Leaf[];
  /** Constants that are one number, such as strengths: they are no part of a recipe. */
  readonly numbers: readonly Value[];
}

/** One number that a run is fed. */
export interface NumberFeed {
  readonly name: string;
  /** Its index. */
  readonly number: number;
}

/** A leaf that a run is fed, or of some the rows that a piece is made from. */
export interface LeafFeed {
  readonly name: string;
  /** Its index. */
  readonly leaf: number;
  readonly lies: 'inBlocks' | 'wide' | 'stored';
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly isPart: boolean;
}

export interface RecipeStep {
  readonly model: WeightModel;
  readonly feeds: readonly (LeafFeed | NumberFeed)[];
}

/** How weights are computed that are computed alike, wherever their numbers lie. The names of results are their indices. */
export interface Recipe {
  /** What all pieces share: they take all that it gives. */
  readonly before?: RecipeStep;
  readonly piece: RecipeStep;
  /** A large weight is made in so many pieces of as many rows, one after the other. */
  readonly pieces: number;
}

/** Recipes that were made, for weights that are computed alike. */
export interface Recipes {
  /** The one under a key, made if it is not there. Throws what `make` throws. */
  get(key: string, make: () => Recipe): Recipe;
}

const MOST_RECIPES = 1024;

export function createRecipes(): Recipes {
  const all = new Map<string, Recipe>();
  return {
    get(key, make) {
      const known = all.get(key);
      if (known) return known;
      const recipe = make();
      if (all.size >= MOST_RECIPES) all.clear();
      all.set(key, recipe);
      return recipe;
    },
  };
}

/** Bytes of a piece: with what it is made from it fits into the cache of one core. */
const PIECE_BYTES = 2 ** 20;

/** The recipe for results. Throws ShapeError. */
export function recipeFor(results: readonly RecipeResult[], { leaves, numbers }: Ingredients): Recipe {
  const fedNumbers = numbers.map((_, number) => ({ name: `number${number}`, number }));
  const inputs = new Map(numbers.map((value, i) => [value, input(fedNumbers[i]!.name, [])]));
  const outputs = Object.fromEntries(results.map(({ value }, i) => [String(i), value]));
  const { outputs: values } = substitute({ outputs }, inputs);
  const own = results.map((result, i) => ({ ...result, value: values[i]! }));
  const recipe = own.length === 1 ? inPieces(own[0]!, leaves, fedNumbers) : undefined;
  if (recipe) return recipe;
  const model = lowered(own, leaves);
  return { piece: stepOf(model, [...leafFeeds(model.weights, leaves, NO_PARTS), ...fedNumbers]), pieces: 1 };
}

const NO_PARTS: ReadonlySet<string> = new Set();

/** Undefined where a result is small, or its rows cannot be made by themselves. */
function inPieces(result: RecipeResult, leaves: readonly Leaf[], numbers: readonly NumberFeed[]): Recipe | undefined {
  const pieces = pieceCount(result);
  if (pieces === 1) return undefined;
  const count = result.shape[0]! / pieces;
  const piece = (index: number): RecipeResult => ({
    ...result,
    value: rows(result.value, index * count, (index + 1) * count),
    shape: [count, ...result.shape.slice(1)],
  });
  const [one, next] = [piece(0), piece(1)];
  if (hasMoreSlices(one.value, result.value)) return undefined;
  const model = lowered([one], leaves);
  const moved = lowered([next], leaves).weights;
  const parts = model.weights.filter(({ ref }, i) => moved[i]?.ref.offset !== ref.offset);
  const isAlike = parts.every(({ ref }) => leaves[leafOf(ref, leaves)]!.ref.length === pieces * ref.length);
  if (!isAlike || moved.length !== model.weights.length) return undefined;
  const names = new Set(parts.map(({ name }) => name));
  const feeds = [...leafFeeds(model.weights, leaves, names), ...numbers];
  const shared = new Set(feeds.map(({ name }) => name).filter((name) => !names.has(name)));
  const split = splitModel(fed(model, feeds), shared);
  if (!split) return { piece: stepOf(model, feeds), pieces };
  const { first, second } = split;
  return { before: stepOf(first, feeds), piece: stepOf(second, feeds), pieces };
}

/** Equal numbers of whole blocks of rows. */
function pieceCount({ shape, form }: RecipeResult): number {
  const bytes = numel(shape) * DTYPES.F32;
  const least = Math.ceil(bytes / PIECE_BYTES);
  const steps = shape[0]! / (form.blocked?.block ?? 1);
  // More would be too small to be worth a run each.
  for (let count = least; count < 2 * least && count <= steps; count++) if (steps % count === 0) return count;
  return 1;
}

/** Whether a part of a value is only cut out of what is computed whole. */
function hasMoreSlices(part: Value, whole: Value): boolean {
  const own = new Set(order({ outputs: { whole } }));
  return order({ outputs: { part } }).some((step) => step.op.name === 'slice' && !own.has(step));
}

/** Channels in a block of a result that is computed in blocks; undefined for those that are computed row by row. */
export function blockOf(value: Value, { blocked }: WeightForm): number | undefined {
  return blocked?.order === 'inout' && fillsBlocks(value, blocked.block) ? blocked.block : undefined;
}

/** What computes weights, those that will lie in blocks in that order from the start. */
function lowered(results: readonly RecipeResult[], leaves: readonly Leaf[]): OnnxModel {
  const isPrepared = (ref: WeightRef): boolean => leaves[leafOf(ref, leaves)]!.inBlocks !== undefined;
  const outputs = results.map(({ value, form }, i): [string, Value] => {
    const block = blockOf(value, form);
    if (!block) return [String(i), value];
    const options = { block, isPrepared, fused: true, plain: (one: Value) => one };
    return [String(i), asItLies(matrixInBlocks(value, options))];
  });
  return lower({ outputs: Object.fromEntries(outputs) }, { weights: 'stored' });
}

/** The leaf that holds a stored tensor, or the rows of one. */
function leafOf({ store, offset, length }: WeightRef, leaves: readonly Leaf[]): number {
  const holds = ({ ref }: Leaf): boolean =>
    ref.store === store && ref.offset <= offset && offset + length <= ref.offset + ref.length;
  const same = leaves.findIndex((leaf) => holds(leaf) && leaf.ref.length === length);
  return same >= 0 ? same : leaves.findIndex(holds);
}

/** `parts`: names of weights of which a piece gets rows. */
function leafFeeds(
  weights: readonly OnnxWeight[],
  leaves: readonly Leaf[],
  parts: ReadonlySet<string>,
): readonly LeafFeed[] {
  return weights.map(({ name, ref, form, shape = ref.shape }) => {
    const leaf = leafOf(ref, leaves);
    const lies = form.blocked ? 'inBlocks' : leaves[leaf]!.wide ? 'wide' : 'stored';
    return { name, leaf, lies, dtype: lies === 'stored' ? ref.dtype : 'F32', shape, isPart: parts.has(name) };
  });
}

function fed(model: OnnxModel, feeds: RecipeStep['feeds']): OnnxModel {
  const wide = feeds.filter((feed) => 'lies' in feed && feed.lies === 'wide');
  return feedWeights(model, new Set(wide.map(({ name }) => name)));
}

/** `feeds`: those among them that the model takes. */
function stepOf(model: OnnxModel, feeds: RecipeStep['feeds']): RecipeStep {
  const own = fed(model, feeds);
  const bytes = encodeModel(own, () => {
    throw new Error('every weight is fed');
  });
  const taken = new Set(own.inputs.map(({ name }) => name));
  return {
    model: { key: createHash('sha256').update(bytes).digest('hex'), bytes },
    feeds: feeds.filter(({ name }) => taken.has(name)),
  };
}
