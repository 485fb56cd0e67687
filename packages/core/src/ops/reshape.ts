import { ShapeError } from '../errors/index.ts';
import { apply, dimProduct, sameShape, type Op, type Shape, type Value } from '../graph/index.ts';

const op: Op<'x', { readonly shape: Shape }> = {
  name: 'reshape',
  type({ x }, { shape }) {
    if (dimProduct(x.shape) !== dimProduct(shape))
      throw new ShapeError('reshape', `as many elements as [${shape.join(', ')}]`, x.shape);
    return { shape, dtype: x.dtype };
  },
  onnx: (w, { x }, { shape }, { ins }) => w.reshape(x, ins['x']!.shape, shape),
};

/** The same elements in another shape. */
export function reshape(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : apply(op, { x }, { shape });
}
