import { apply, type Op, type Value } from '../graph/index.ts';
import { checkAxis } from './check.ts';

const op: Op<'x', { readonly axes: readonly number[] }> = {
  name: 'sum',
  type({ x }, { axes }) {
    for (const axis of axes) checkAxis('sum', x, axis);
    return { shape: x.shape.map((size, i) => (axes.includes(i) ? 1 : size)), dtype: x.dtype };
  },
  onnx: (w, { x }, { axes }) => w.node('ReduceSum', [x, w.ints(axes)]),
};

/** Sum over `axes`, which stay with size 1. No axes: x itself. */
export function sum(x: Value, axes: readonly number[]): Value {
  return axes.length === 0 ? x : apply(op, { x }, { axes });
}
