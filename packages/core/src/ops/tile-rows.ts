import { ShapeError } from '../errors/index.ts';
import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x' | 'like'> = {
  name: 'tileRows',
  type({ x, like }) {
    if (x.shape.length === 0 || like.shape.length === 0) throw new ShapeError('tileRows', 'at least one axis', x.shape);
    const [rows, wanted] = [x.shape[0]!, like.shape[0]!];
    if (typeof rows === 'number' && typeof wanted === 'number' && wanted % rows !== 0)
      throw new ShapeError('tileRows', `a multiple of ${rows} rows`, like.shape);
    return { shape: [wanted, ...x.shape.slice(1)], dtype: x.dtype };
  },
  onnx(w, { x }, _, { ins }) {
    const times = w.node('Div', [w.dim(ins['like']!.shape[0]!), w.dim(ins['x']!.shape[0]!)]);
    const rest = ins['x']!.shape.slice(1).map(() => 1);
    return w.node('Tile', [x, rest.length > 0 ? w.node('Concat', [times, w.ints(rest)], { axis: 0 }) : times]);
  },
};

/** x as a whole, again and again along the first axis, until it has as many rows as `like`. x [b, ...], like [k·b, ...] → [k·b, ...]. */
export function tileRows(x: Value, like: Value): Value {
  return x.shape[0] === like.shape[0] ? x : apply(op, { x, like }, {});
}
