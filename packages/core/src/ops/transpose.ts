import { ShapeError } from '../errors/index.ts';
import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x', { readonly order: readonly number[] }> = {
  name: 'transpose',
  type({ x }, { order }) {
    if (order.length !== x.shape.length || [...order].sort((a, b) => a - b).some((axis, i) => axis !== i)) {
      throw new ShapeError('transpose', `an order of ${x.shape.length} axes`, order);
    }
    return { shape: order.map((axis) => x.shape[axis]!), dtype: x.dtype };
  },
  onnx: (w, { x }, { order }) => w.node('Transpose', [x], { perm: order }),
};

/** Axes in another order: result axis i is x's axis order[i]. */
export function transpose(x: Value, order: readonly number[]): Value {
  return apply(op, { x }, { order });
}
