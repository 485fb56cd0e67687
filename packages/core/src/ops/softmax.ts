import { apply, type Op, type Value } from '../graph/index.ts';
import { checkAxis } from './check.ts';

const op: Op<'x', { readonly axis: number }> = {
  name: 'softmax',
  type({ x }, { axis }) {
    checkAxis('softmax', x, axis);
    return x;
  },
  onnx: (w, { x }, { axis }) => w.node('Softmax', [x], { axis }),
};

/** Softmax along `axis`. x [..., n, ...] → same shape; sums to 1 along `axis`. */
export function softmax(x: Value, axis: number): Value {
  return apply(op, { x }, { axis });
}
