import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x'> = {
  name: 'exp',
  type: ({ x }) => x,
  onnx: (w, { x }) => w.node('Exp', [x]),
};

/** eˣ, element by element. */
export function exp(x: Value): Value {
  return apply(op, { x }, {});
}
