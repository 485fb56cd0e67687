import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x'> = {
  name: 'silu',
  type: ({ x }) => x,
  // QuickGelu is x·sigmoid(alpha·x): one pass where Sigmoid and Mul would be two.
  onnx: (w, { x }) => w.node('QuickGelu', [x], { alpha: { float: 1 } }, 'com.microsoft'),
};

/** x·sigmoid(x), element by element (swish). */
export function silu(x: Value): Value {
  return apply(op, { x }, {});
}
