import {
  apply,
  dimProduct,
  type BlockedOrder,
  type Dim,
  type Op,
  type Shape,
  type Value,
  type WeightRef,
} from '../../graph/index.ts';

/** ONNX Runtime's domain for convolutions on channels in blocks. */
const DOMAIN = 'com.microsoft.nchwc';

/**
 * How a value lies in memory whose channels are in blocks of B. Its type stays what it is.
 *
 *     image   [b, c, h, w]  as [b][c/B][h][w][B]
 *     rows    [..., n, c]   as [c/B][n][B], all axes but the last as one
 *     matrix  [o, i]        as [o/B][i][B]: the rows of its transpose, and the weight of a 1×1 convolution
 *
 * What works element by element does not see the difference.
 */
export type Layout = 'image' | 'rows' | 'matrix';

const toBlocksOp: Op<'x', { readonly layout: Layout }> = {
  name: 'toBlocks',
  type: ({ x }, { layout }) => (layout === 'matrix' ? { ...x, shape: x.shape.slice(0, 2) } : x),
  onnx(w, { x }, { layout }, { ins }) {
    const { shape } = ins['x']!;
    if (layout === 'image') return w.node('ReorderInput', [x], {}, DOMAIN, shape);
    const lines = linesOf(shape, layout);
    if (layout === 'matrix') return w.node('ReorderInput', [w.reshape(x, shape, lines)], {}, DOMAIN, lines);
    return w.node('ReorderInput', [w.reshape(x, shape, pixels(shape))], { channels_last: 1 }, DOMAIN, lines);
  },
};

/** Puts channels in blocks: of a matrix [o, i], or of the weight of a 1×1 convolution, for `matrix`. */
export function toBlocks(x: Value, layout: Layout): Value {
  return apply(toBlocksOp, { x }, { layout });
}

const fromBlocksOp: Op<'x', { readonly layout: Exclude<Layout, 'matrix'> }> = {
  name: 'fromBlocks',
  type: ({ x }) => x,
  onnx(w, { x }, { layout }, { shape }) {
    const channels = Number(shape[layout === 'image' ? 1 : shape.length - 1]);
    if (layout === 'image') return w.node('ReorderOutput', [x], { channels }, DOMAIN, shape);
    const flat = pixels(shape);
    return w.reshape(w.node('ReorderOutput', [x], { channels, channels_last: 1 }, DOMAIN, flat), flat, shape);
  },
};

/** Puts channels in blocks back to where they belong. */
export function fromBlocks(x: Value, layout: Exclude<Layout, 'matrix'>): Value {
  return apply(fromBlocksOp, { x }, { layout });
}

/** Rows as the pixels of one picture, channels last. */
function pixels(shape: Shape): Shape {
  return [1, dimProduct(shape.slice(0, -1)), 1, shape.at(-1)!];
}

/** Any number that divides blocks. With 1, a product with a single number would take ten times as long: the runtime then walks element by element. */
const WIDTH = 4;

/** Rows as a picture of one column of pixels, channels first; a matrix as one of a few columns. */
function linesOf(shape: Shape, layout: Layout): Shape {
  if (layout === 'image') return shape;
  if (layout === 'rows') return [1, shape.at(-1)!, dimProduct(shape.slice(0, -1)), 1];
  const [out, into] = shape.map(Number);
  return [1, out!, into! / WIDTH, WIDTH];
}

interface StoredAttrs {
  readonly ref: WeightRef;
  readonly blocked: BlockedOrder;
}

const storedKernelOp: Op<never, StoredAttrs> = {
  name: 'storedKernel',
  type: (_, { ref }) => ({ shape: ref.shape, dtype: 'f32' }),
  onnx: (w, _, { ref, blocked }) => w.weight(ref, blocked),
};

/** A stored weight of a convolution, prepared in blocks. [o, i, k, k] */
export function storedKernel(ref: WeightRef, blocked: BlockedOrder): Value {
  return apply(storedKernelOp, {}, { ref, blocked });
}

const storedMatrixOp: Op<never, StoredAttrs> = {
  name: 'storedMatrix',
  type: (_, { ref }) => ({ shape: ref.shape.slice(0, 2), dtype: 'f32' }),
  // Reshaping a stored weight would copy it.
  onnx: (w, _, { ref, blocked }) => w.weight(ref, blocked, linesOf(ref.shape, 'matrix').map(Number)),
};

/** A stored weight of a 1×1 convolution, prepared in blocks, as a matrix. [o, i, 1, 1] → [o, i] */
export function storedMatrix(ref: WeightRef, blocked: BlockedOrder): Value {
  return apply(storedMatrixOp, {}, { ref, blocked });
}

const kernelOp: Op<'x'> = {
  name: 'kernel',
  type: ({ x }) => ({ ...x, shape: [...x.shape, 1, 1] }),
  onnx: (w, { x }, _, { shape }) => w.reshape(x, linesOf(shape, 'matrix'), shape),
};

/** A matrix [o, i] as the weight of a 1×1 convolution [o, i, 1, 1]. */
export function kernelOf(matrix: Value): Value {
  if (matrix.op !== storedMatrixOp) return apply(kernelOp, { x: matrix }, {});
  return apply(storedKernelOp, {}, matrix.attrs as StoredAttrs);
}

const asItLiesOp: Op<'x'> = {
  name: 'asItLies',
  type: ({ x }) => ({ ...x, shape: linesOf(x.shape, 'matrix') }),
  onnx: (_, { x }) => x,
};

/** A matrix in blocks as a result, with the sizes that the runtime knows. [o, i] → [1, o, i/4, 4] */
export function asItLies(matrix: Value): Value {
  return apply(asItLiesOp, { x: matrix }, {});
}

interface ConvAttrs {
  /** Of the result. */
  readonly shape: Shape;
  /** Of the result. */
  readonly layout: Layout;
  /** 1 if absent. */
  readonly stride?: number;
  /** Zeros at the top, left, bottom, right; none if absent. */
  readonly pads?: readonly number[];
}

const convOp: Op<'x' | 'weight', ConvAttrs, 'bias' | 'sum'> = {
  name: 'blockedConv',
  type: ({ x }, { shape }) => ({ shape, dtype: x.dtype }),
  onnx(w, { x, weight, bias, sum }, { shape, layout, stride = 1, pads = [0, 0, 0, 0] }, { ins }) {
    const attrs = { kernel_shape: ins['weight']!.shape.slice(2) as number[], strides: [stride, stride], pads };
    const operands = sum === undefined ? [x, weight, bias] : [x, weight, bias ?? '', sum];
    const given = operands.filter((name) => name !== undefined);
    return w.node('Conv', given, attrs, DOMAIN, linesOf(shape, layout));
  },
};

/**
 * Convolution whose result is in blocks: of an image, or with a 1×1 kernel of rows or a matrix. `x` is in blocks of the same layout, but for a
 * weight in the order `out` an image that is in none. weight [o, i, k, k] prepared or computed in blocks, bias [o].
 */
export function blockedConv(x: Value, weight: Value, bias: Value | undefined, attrs: ConvAttrs): Value {
  return apply(convOp, bias ? { x, weight, bias } : { x, weight }, attrs);
}

/** A convolution in blocks with `other`, which lies like its result, added on the way; undefined if `conv` is none, or adds already. */
export function convOnto(conv: Value, other: Value): Value | undefined {
  if (conv.op !== convOp || conv.ins['sum']) return undefined;
  return { ...conv, ins: { ...conv.ins, sum: other } };
}

const zeroPadOp: Op<'x', { readonly shape: Shape }> = {
  name: 'zeroPad',
  type: ({ x }, { shape }) => ({ ...x, shape }),
  onnx(w, { x }, { shape }, { ins }) {
    const more = shape.map((size, i) => Number(size) - Number(ins['x']!.shape[i]));
    return w.node('Pad', [x, w.ints([...shape.map(() => 0), ...more])], {}, '', shape);
  },
};

/** With zeros after it, up to a larger shape of as many axes, all of fixed size. */
export function zeroPad(x: Value, shape: Shape): Value {
  return apply(zeroPadOp, { x }, { shape });
}

const wrapPadOp: Op<'x', { readonly pads: readonly number[] }> = {
  name: 'wrapPad',
  type: ({ x }, { pads: [top = 0, left = 0, bottom = 0, right = 0] }) => {
    const [b, c, height, width] = x.shape;
    return { ...x, shape: [b!, c!, longer(height!, top + bottom), longer(width!, left + right)] };
  },
  onnx(w, { x }, { pads: [top = 0, left = 0, bottom = 0, right = 0] }) {
    return w.node('Pad', [x, w.ints([0, 0, top, left, 0, 0, bottom, right])], { mode: 'wrap' });
  },
};

/** Symbolic sizes have no sums: a name of its own, which nobody has to compute. */
function longer(dim: Dim, by: number): Dim {
  return typeof dim === 'number' ? dim + by : `longer(${dim},${by})`;
}

/** An image with the opposite edges around it. */
export function wrapPad(x: Value, pads: readonly number[]): Value {
  return apply(wrapPadOp, { x }, { pads });
}
