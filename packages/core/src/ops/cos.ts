import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x'> = {
  name: 'cos',
  type: ({ x }) => x,
  onnx: (w, { x }) => w.node('Cos', [x]),
};

/** Cosine, element by element; x in radians. */
export function cos(x: Value): Value {
  return apply(op, { x }, {});
}
