import { order, sameShape, weightOf, type Graph, type Value, type WeightRef } from '../../graph/index.ts';
import { fillsBlocks, matrixInBlocks, sumInBlocks } from './matrix.ts';
import { blockedConv, fromBlocks, kernelOf, storedKernel, toBlocks, wrapPad, type Layout } from './ops.ts';

/**
 * The same graph, in which convolutions and affine maps are done by ONNX Runtime's kernels for channels in blocks, as its own optimiser
 * would have it at session creation for convolutions alone, and with the weights already in that order: no session ever reorders a gigabyte.
 * What works element by element on their results stays in blocks.
 * `block`: channels in a block on this processor (16 with AVX-512, 8 with AVX2; 0: no such kernels, nothing changes).
 */
export function blockGraph(graph: Graph, block: number): Graph {
  if (block === 0) return graph;
  const values = order(graph);
  const blocking: Blocking = { block, entries: new Map(), uses: countUses(values, graph) };
  for (const value of values) blocking.entries.set(value, rewritten(value, blocking));
  const outputs = Object.entries(graph.outputs).map(([name, value]) => [name, plainOf(value, blocking)] as const);
  return { ...graph, outputs: Object.fromEntries(outputs) };
}

type Picture = Exclude<Layout, 'matrix'>;

/** A value of the new graph in the layouts that were asked for so far. */
type Entry = { plain?: Value } & {
  -readonly [layout in Picture]?: Value;
} & {
  /** The layout that it is computed in, if it is not plain. */
  readonly own?: Picture;
};

interface Blocking {
  readonly block: number;
  readonly entries: Map<Value, Entry>;
  readonly uses: ReadonlyMap<Value, number>;
}

function countUses(values: readonly Value[], { outputs }: Graph): ReadonlyMap<Value, number> {
  const uses = new Map<Value, number>();
  for (const value of [...values.flatMap(({ ins }) => Object.values(ins)), ...Object.values(outputs)])
    uses.set(value, (uses.get(value) ?? 0) + 1);
  return uses;
}

function plainOf(value: Value, { entries }: Blocking): Value {
  const entry = entries.get(value)!;
  return (entry.plain ??= fromBlocks(entry[entry.own!]!, entry.own!));
}

function inBlocks(value: Value, layout: Picture, blocking: Blocking): Value {
  const entry = blocking.entries.get(value)!;
  return (entry[layout] ??= toBlocks(plainOf(value, blocking), layout));
}

/** What gives the same shape and looks at one element at a time. */
const PER_ELEMENT: ReadonlySet<string> = new Set(['gelu', 'quickGelu', 'silu', 'relu', 'leakyRelu', 'sigmoid', 'tanh']);
const PER_PAIR: ReadonlySet<string> = new Set(['add', 'sub', 'mul']);

function rewritten(value: Value, blocking: Blocking): Entry {
  const made = madeInBlocks(value, blocking);
  if (made) return made;
  const ins = Object.fromEntries(Object.entries(value.ins).map(([key, one]) => [key, plainOf(one, blocking)]));
  const isSame = Object.entries(value.ins).every(([key, one]) => ins[key] === one);
  return { plain: isSame ? value : { ...value, ins } };
}

/** A value that is computed in blocks; undefined for one that is not. */
function madeInBlocks(value: Value, blocking: Blocking): Entry | undefined {
  const { name } = value.op;
  if (name === 'linear') return linearInBlocks(value, blocking);
  if (name === 'conv2d') return convInBlocks(value, blocking);
  if (PER_ELEMENT.has(name) || PER_PAIR.has(name)) return elementsInBlocks(value, blocking);
  return undefined;
}

function linearInBlocks({ ins, shape }: Value, blocking: Blocking): Entry | undefined {
  const { x, weight, bias } = ins;
  if (!fillsBlocks(weight!, blocking.block)) return undefined;
  const rows = inBlocks(x!, 'rows', blocking);
  return {
    own: 'rows',
    rows: blockedConv(rows, kernel(weight!, blocking), bias && plainOf(bias, blocking), { shape, layout: 'rows' }),
  };
}

/** A matrix as a 1×1 kernel in blocks. */
function kernel(weight: Value, blocking: Blocking): Value {
  const { block } = blocking;
  return kernelOf(
    matrixInBlocks(weight, { block, isPrepared: () => true, fused: false, plain: (one) => plainOf(one, blocking) }),
  );
}

function convInBlocks({ ins, attrs, shape }: Value, blocking: Blocking): Entry | undefined {
  const { x, weight, bias } = ins as { readonly x: Value; readonly weight: Value; readonly bias?: Value };
  const ref = weightOf(weight);
  const order = ref && kernelOrder(ref, blocking.block);
  const isPoint = fillsBlocks(weight, blocking.block);
  if (!isPoint && !order) return undefined;
  const { stride, pads, wrap } = attrs as { stride: number; pads: readonly number[]; wrap: boolean };
  const image = imageFor(x, { isBlocked: order !== 'out', around: wrap ? pads : undefined }, blocking);
  const filter = isPoint ? kernel(weight, blocking) : storedKernel(ref!, { order: order!, block: blocking.block });
  const own = { shape, layout: 'image' as const, stride, pads: wrap ? [0, 0, 0, 0] : pads };
  return { own: 'image', image: blockedConv(image, filter, bias && plainOf(bias, blocking), own) };
}

/** What a convolution works on: with the opposite edges around it if `around` says so, and in blocks or not. */
function imageFor(
  x: Value,
  { isBlocked, around }: { readonly isBlocked: boolean; readonly around: readonly number[] | undefined },
  blocking: Blocking,
): Value {
  if (!around) return isBlocked ? inBlocks(x, 'image', blocking) : plainOf(x, blocking);
  const padded = wrapPad(plainOf(x, blocking), around);
  return isBlocked ? toBlocks(padded, 'image') : padded;
}

/** The order for a stored kernel; undefined where there is none: channels that fill no blocks. */
function kernelOrder({ shape: [out = 0, into = 0] }: WeightRef, block: number): 'inout' | 'out' | undefined {
  if (out % block !== 0) return undefined;
  if (into % block === 0) return 'inout';
  return into < block ? 'out' : undefined;
}

/** An operation element by element, where its operands are computed in blocks of the same layout, or are single numbers. */
function elementsInBlocks(value: Value, blocking: Blocking): Entry | undefined {
  const operands = Object.values(value.ins);
  const own = operands.map((one) => blocking.entries.get(one)!.own).find((layout) => layout !== undefined);
  const fits = (one: Value): boolean =>
    one.shape.length === 0 || (blocking.entries.get(one)!.own === own && sameShape(one.shape, value.shape));
  if (own === undefined || !operands.every(fits)) return undefined;
  const part = (one: Value): Value => (one.shape.length === 0 ? plainOf(one, blocking) : inBlocks(one, own, blocking));
  const ins = Object.fromEntries(Object.entries(value.ins).map(([key, one]) => [key, part(one)]));
  const { a, b } = ins;
  // What is needed elsewhere, too, must stay without the sum.
  const isSum =
    value.op.name === 'add' && operands.every((one) => one.shape.length > 0 && blocking.uses.get(one) === 1);
  return { own, [own]: isSum ? sumInBlocks(value, a!, b!, true) : { ...value, ins } };
}
