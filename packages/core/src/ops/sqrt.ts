import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x'> = {
  name: 'sqrt',
  type: ({ x }) => x,
  onnx: (w, { x }) => w.node('Sqrt', [x]),
};

/** Square root, element by element. */
export function sqrt(x: Value): Value {
  return apply(op, { x }, {});
}
