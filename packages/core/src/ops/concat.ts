import { ShapeError } from '../errors/index.ts';
import { apply, type Dim, type Op, type Value } from '../graph/index.ts';
import { checkAxis } from './check.ts';

const op: Op<'a' | 'b', { readonly axis: number }> = {
  name: 'concat',
  type({ a, b }, { axis }) {
    checkAxis('concat', a, axis);
    if (a.shape.length !== b.shape.length || a.shape.some((size, i) => i !== axis && size !== b.shape[i])) {
      throw new ShapeError('concat', `[${a.shape.join(', ')}] but for axis ${axis}`, b.shape);
    }
    return { shape: a.shape.map((size, i) => (i === axis ? joined(size, b.shape[i]!) : size)), dtype: a.dtype };
  },
  onnx: (w, { a, b }, { axis }) => w.node('Concat', [a, b], { axis }),
};

function joined(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  throw new ShapeError('concat', 'fixed sizes along the joined axis', [a, b]);
}

/** a and then b along `axis`. */
export function concat(a: Value, b: Value, axis: number): Value {
  return apply(op, { a, b }, { axis });
}
