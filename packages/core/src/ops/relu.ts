import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x'> = {
  name: 'relu',
  type: ({ x }) => x,
  onnx: (w, { x }) => w.node('Relu', [x]),
};

/** max(x, 0), element by element. */
export function relu(x: Value): Value {
  return apply(op, { x }, {});
}
