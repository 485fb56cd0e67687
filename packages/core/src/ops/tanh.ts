import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x'> = {
  name: 'tanh',
  type: ({ x }) => x,
  onnx: (w, { x }) => w.node('Tanh', [x]),
};

/** Hyperbolic tangent, element by element. */
export function tanh(x: Value): Value {
  return apply(op, { x }, {});
}
