import { ShapeError } from '../errors/index.ts';
import { apply, type Op, type Value } from '../graph/index.ts';
import { checkRank } from './check.ts';

interface Attrs {
  /** Place of each element of x. */
  readonly places: readonly number[];
  readonly size: number;
}

const op: Op<'x', Attrs> = {
  name: 'scatter',
  type({ x }, { places, size }) {
    checkRank('scatter', x, 1);
    if (x.shape[0] !== places.length) throw new ShapeError('scatter', `${places.length} elements`, x.shape);
    const outside = places.find((place) => !(Number.isInteger(place) && place >= 0 && place < size));
    if (outside !== undefined) throw new ShapeError('scatter', `places below ${size}`, [outside]);
    return { shape: [size], dtype: x.dtype };
  },
  onnx(w, { x }, { places, size }) {
    const zeros = w.node('Expand', [w.floats(Float32Array.of(0), [1]), w.ints([size])]);
    return w.node('ScatterElements', [zeros, w.ints(places), x], { axis: 0 });
  },
};

/** Elements of x [n] at their places in a list of `size` that is 0 elsewhere. Places differ from each other. */
export function scatter(x: Value, attrs: Attrs): Value {
  return apply(op, { x }, attrs);
}
