import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x'> = {
  name: 'sin',
  type: ({ x }) => x,
  onnx: (w, { x }) => w.node('Sin', [x]),
};

/** Sine, element by element; x in radians. */
export function sin(x: Value): Value {
  return apply(op, { x }, {});
}
