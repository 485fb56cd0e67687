import { ShapeError } from '../errors/index.ts';
import { apply, type Op, type Value } from '../graph/index.ts';
import { checkAxis } from './check.ts';

interface Attrs {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

const op: Op<'x', Attrs> = {
  name: 'slice',
  type({ x }, { axis, start, end }) {
    checkAxis('slice', x, axis);
    const size = x.shape[axis]!;
    if (start < 0 || end < start || (typeof size === 'number' && end > size))
      throw new ShapeError('slice', `[${start}, ${end}) inside axis ${axis}`, x.shape);
    return { shape: x.shape.map((n, i) => (i === axis ? end - start : n)), dtype: x.dtype };
  },
  onnx: (w, { x }, { axis, start, end }) => w.node('Slice', [x, w.ints([start]), w.ints([end]), w.ints([axis])]),
};

/** The part [start, end) of `axis`. */
export function slice(x: Value, attrs: Attrs): Value {
  return apply(op, { x }, attrs);
}
