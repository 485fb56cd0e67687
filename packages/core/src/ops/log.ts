import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x'> = {
  name: 'log',
  type: ({ x }) => x,
  onnx: (w, { x }) => w.node('Log', [x]),
};

/** Natural logarithm, element by element; −∞ at 0, NaN below. */
export function log(x: Value): Value {
  return apply(op, { x }, {});
}
