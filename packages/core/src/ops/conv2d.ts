import { ShapeError } from '../errors/index.ts';
import { apply, dimCeilHalf, dimDiv, isEven, type Dim, type Op, type Value } from '../graph/index.ts';
import { checkRank, fixed } from './check.ts';

interface Attrs {
  readonly stride: number;
  /** Added at the top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  /** Added are not zeros but the opposite edge: pictures that tile. */
  readonly wrap: boolean;
}

const op: Op<'x' | 'weight', Attrs, 'bias'> = {
  name: 'conv2d',
  type({ x, weight, bias }, { stride, pads }) {
    checkRank('conv2d', x, 4);
    checkRank('conv2d', weight, 4);
    if (weight.shape[1] !== x.shape[1])
      throw new ShapeError('conv2d', `a weight [out, ${x.shape[1]}, k, k]`, weight.shape);
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== weight.shape[0]))
      throw new ShapeError('conv2d', `a bias [${weight.shape[0]}]`, bias.shape);
    const [top, left, bottom, right] = pads;
    const height = size(x.shape[2]!, fixed('conv2d', weight, 2), top + bottom, stride);
    const width = size(x.shape[3]!, fixed('conv2d', weight, 3), left + right, stride);
    return { shape: [x.shape[0]!, weight.shape[0]!, height, width], dtype: x.dtype };
  },
  onnx(w, { x, weight, bias }, { stride, pads, wrap }, { ins }) {
    const [top, left, bottom, right] = pads;
    const padded = wrap ? w.node('Pad', [x, w.ints([0, 0, top, left, 0, 0, bottom, right])], { mode: 'wrap' }) : x;
    return w.node('Conv', bias === undefined ? [padded, weight] : [padded, weight, bias], {
      kernel_shape: ins['weight']!.shape.slice(2) as number[],
      strides: [stride, stride],
      pads: wrap ? [0, 0, 0, 0] : pads,
    });
  },
};

/** Output size along one axis. A symbolic size keeps its name where the padding fits the kernel, and is halved by stride 2. */
function size(n: Dim, kernel: number, padding: number, stride: number): Dim {
  if (typeof n === 'number') {
    if (n + padding < kernel) throw new ShapeError('conv2d', `at least ${kernel - padding} pixels`, [n]);
    return Math.floor((n + padding - kernel) / stride) + 1;
  }
  if (stride === 1 && padding === kernel - 1) return n;
  // ⌊(n + 2 − 3)/2⌋ + 1 = ⌈n/2⌉ for a kernel of 3 with 2 of padding; with 1 of padding it is ⌊n/2⌋.
  if (stride === 2 && kernel === 3 && padding === 2) return dimCeilHalf(n);
  if (stride === 2 && kernel === 3 && padding === 1 && isEven(n)) return dimDiv(n, 2);
  throw new ShapeError('conv2d', 'a padding that keeps or halves a symbolic size', [n, kernel, padding, stride]);
}

/** Two-dimensional convolution. x [b, c, h, w], weight [out, c, k, k], bias [out] → [b, out, h′, w′]. */
export function conv2d(x: Value, weight: Value, bias: Value | undefined, attrs: Attrs): Value {
  return apply(op, bias ? { x, weight, bias } : { x, weight }, attrs);
}
