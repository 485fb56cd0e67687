import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x'> = {
  name: 'quickGelu',
  type: ({ x }) => x,
  onnx: (w, { x }) => w.node('QuickGelu', [x], { alpha: { float: 1.702 } }, 'com.microsoft'),
};

/** x·sigmoid(1.702·x), element by element: CLIP's activation. */
export function quickGelu(x: Value): Value {
  return apply(op, { x }, {});
}
