import { inputName, monomial, order, type Dim, type Graph, type Shape, type Value } from '../graph/index.ts';
import { add, conv2d, linear, mul, reshape } from '../ops/index.ts';
import { numel } from '../tensor/index.ts';

/**
 * The same graph, in which layers whose weight is a stored one plus a product of thin matrices apply the two one after the other, where
 * that is less work than making the changed weight:
 *
 *     x·(W + B·A)ᵀ = x·Wᵀ + (x·Aᵀ)·Bᵀ
 *
 * Work depends on the picture's size, and a graph serves all: it is reckoned for one picture of 512×512 with its negative prompt. A small
 * layer with many rows (the outer levels) is better changed, a large one with few rows (the inner levels, the text) better followed twice.
 */
export function lowRankPaths(graph: Graph): Graph {
  const nominal = nominalSizes(graph);
  const done = new Map<Value, Value>();
  for (const value of order(graph)) done.set(value, rewritten(value, done, nominal));
  return {
    ...graph,
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, done.get(value)!])),
  };
}

function rewritten(value: Value, done: ReadonlyMap<Value, Value>, nominal: Sizes): Value {
  const path = value.op.name === 'linear' ? linearPath : value.op.name === 'conv2d' ? convPath : undefined;
  const taken = path ? peel(value, nominal) : undefined;
  const ins = Object.fromEntries(Object.entries(value.ins).map(([key, operand]) => [key, done.get(operand)!]));
  const kept = Object.entries(value.ins).every(([key, operand]) => ins[key] === operand);
  if (!taken || taken.products.length === 0) return kept ? value : { ...value, ins };
  const plain: Value = { ...value, ins: { ...ins, weight: done.get(taken.base)! } };
  return taken.products.reduce((sum, product) => add(sum, path!(value, ins['x']!, product)), plain);
}

/** B·A with its shape as a weight. */
interface Product {
  /** [out, r] */
  readonly b: Value;
  /** [r, in·k·k] */
  readonly a: Value;
}

/** What of a layer's weight is better followed beside it, and the weight without. */
function peel(layer: Value, nominal: Sizes): { readonly base: Value; readonly products: readonly Product[] } {
  const products: Product[] = [];
  let base = layer.ins['weight']!;
  for (let next = base; next.op.name === 'add'; next = next.ins['a']!) {
    const product = productOf(next.ins['b']!);
    if (!product || !isWorth(layer, product, nominal)) break;
    products.unshift(product);
    base = next.ins['a']!;
  }
  return { base, products };
}

function productOf(delta: Value): Product | undefined {
  if (delta.op.name === 'reshape') return productOf(delta.ins['x']!);
  if (delta.op.name !== 'matmul' || delta.shape.length !== 2) return undefined;
  return { b: delta.ins['a']!, a: delta.ins['b']! };
}

/** Moving a float32 to memory and two others from there takes as long as so many operations of a product of matrices. */
const TRAFFIC = 200;

function isWorth({ ins, shape, op }: Value, { b, a }: Product, nominal: Sizes): boolean {
  const [out = 0, rank = 0] = b.shape.map(Number);
  const into = Number(a.shape[1]);
  const isConv = op.name === 'conv2d';
  const places = isConv ? [shape[0]!, ...shape.slice(2)] : ins['x']!.shape.slice(0, -1);
  const rows = places.reduce<number>((product, dim) => product * sizeOf(dim, nominal), 1);
  const beside = rows * (2 * rank * (into + out) + TRAFFIC * out);
  // Convolutions with stored weights are faster than those with computed ones, by about this share.
  const slower = isConv ? 0.1 * 2 * rows * out * into : 0;
  return beside < out * into * (2 * rank + TRAFFIC) + slower;
}

function linearPath(_: Value, x: Value, { b, a }: Product): Value {
  return linear(linear(x, a), b);
}

function convPath(layer: Value, x: Value, { b, a }: Product): Value {
  const [out = 0, into = 0, ...kernel] = layer.ins['weight']!.shape.map(Number);
  const rank = Number(a.shape[0]);
  // Factors without their scale are stored weights, which the runtime has in its own order.
  const [down, up] = [unscaled(a), unscaled(b)];
  const scales = [...down.scales, ...up.scales];
  const attrs = layer.attrs as Parameters<typeof conv2d>[3];
  const inner = conv2d(x, shaped(down.factor, [rank, into, ...kernel]), undefined, attrs);
  const scaled =
    scales.length === 0
      ? inner
      : mul(
          inner,
          scales.reduce((s, one) => mul(s, one)),
        );
  const point = { stride: 1, pads: [0, 0, 0, 0], wrap: false } as const;
  return conv2d(scaled, shaped(up.factor, [out, rank, 1, 1]), undefined, point);
}

/** A matrix without the single numbers that it is multiplied with. */
function unscaled(value: Value): { readonly factor: Value; readonly scales: readonly Value[] } {
  const { a, b } = value.ins;
  if (value.op.name !== 'mul' || b!.shape.length > 0) return { factor: value, scales: [] };
  const inner = unscaled(a!);
  return { factor: inner.factor, scales: [...inner.scales, b!] };
}

/** A value in a shape; a stored one that already has it is used as it is. */
function shaped(value: Value, shape: readonly number[]): Value {
  return value.op.name === 'reshape' && numel(shape) === numel(value.ins['x']!.shape.map(Number))
    ? shaped(value.ins['x']!, shape)
    : reshape(value, shape);
}

type Sizes = ReadonlyMap<string, number>;

/** Latent rows of a picture of 512. */
const LATENT = 64;
/** Rows of text: the prompt and the negative one, of a window each. */
const TEXTS = 2;
const WINDOW = 77;

/** The sizes that symbols stand for in one picture of 512×512. */
function nominalSizes(graph: Graph): Sizes {
  const sizes = new Map([
    ['b', 1],
    ['r', TEXTS],
    ['n', WINDOW],
  ]);
  for (const value of order(graph)) {
    const name = inputName(value);
    if (name === 'ids') sizes.set('b', TEXTS);
    if (name === 'x') for (const axis of [2, 3]) setSize(sizes, value.shape, axis);
  }
  return sizes;
}

function setSize(sizes: Map<string, number>, shape: Shape, axis: number): void {
  const { numerator, names } = monomial(shape[axis] ?? 1);
  if (names.length === 1) sizes.set(names[0]!, LATENT / numerator);
}

function sizeOf(dim: Dim, sizes: Sizes): number {
  if (typeof dim === 'number') return dim;
  const { numerator, denominator, names } = monomial(dim);
  const product = names.reduce((all, name) => all * nameSize(name, sizes), numerator);
  return product / denominator;
}

function nameSize(name: string, sizes: Sizes): number {
  const inner = /^ceil\((.*)\)$/.exec(name)?.[1];
  return sizes.get(name) ?? (inner === undefined ? 1 : Math.ceil(sizeOf(inner, sizes)));
}
