import { ShapeError } from '../errors/index.ts';
import { apply, sameShape, type Op, type Value } from '../graph/index.ts';

const op: Op<'x' | 'like'> = {
  name: 'cropLike',
  type({ x, like }) {
    if (x.shape.length !== 4 || like.shape.length !== 4)
      throw new ShapeError('cropLike', 'two pictures [b, c, h, w]', x.shape);
    for (const axis of [2, 3]) {
      const [from, to] = [x.shape[axis], like.shape[axis]];
      if (typeof from === 'number' && typeof to === 'number' && to > from)
        throw new ShapeError('cropLike', `at most ${from} pixels on axis ${axis}`, like.shape);
    }
    return { shape: [...x.shape.slice(0, 2), ...like.shape.slice(2)], dtype: x.dtype };
  },
  onnx(w, { x }, _, { ins }) {
    const [, , height, width] = ins['like']!.shape;
    const ends = w.node('Concat', [w.dim(height!), w.dim(width!)], { axis: 0 });
    return w.node('Slice', [x, w.ints([0, 0]), ends, w.ints([2, 3])]);
  },
};

/**
 * The top left part of x as high and wide as `like`. x [b, c, H, W], like [·, ·, h, w], h ≤ H, w ≤ W → [b, c, h, w].
 * Nearest-neighbour resizing by at most one row or column is just this.
 */
export function cropLike(x: Value, like: Value): Value {
  return sameShape(x.shape.slice(2), like.shape.slice(2)) ? x : apply(op, { x, like }, {});
}
