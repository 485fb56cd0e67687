import { ShapeError } from '../errors/index.ts';
import { apply, sameShape, type Op, type Value } from '../graph/index.ts';

const op: Op<'a' | 'b'> = {
  name: 'matmul',
  type({ a, b }) {
    const [n, k] = a.shape.slice(-2);
    const [k2, m] = b.shape.slice(-2);
    const batch = a.shape.slice(0, -2);
    if (
      n === undefined ||
      m === undefined ||
      k !== k2 ||
      !(b.shape.length === 2 || sameShape(batch, b.shape.slice(0, -2)))
    ) {
      throw new ShapeError('matmul', `a right operand for [${a.shape.join(', ')}]`, b.shape);
    }
    return { shape: [...batch, n, m], dtype: a.dtype };
  },
  onnx: (w, { a, b }) => w.node('MatMul', [a, b]),
};

/** a·b. a [..., n, k], b [..., k, m] or [k, m] → [..., n, m]. */
export function matmul(a: Value, b: Value): Value {
  return apply(op, { a, b }, {});
}
