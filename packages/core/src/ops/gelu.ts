import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x'> = {
  name: 'gelu',
  type: ({ x }) => x,
  onnx: (w, { x }) => w.node('Gelu', [x], {}, 'com.microsoft'),
};

/** ½x(1 + erf(x/√2)), element by element: the exact form. */
export function gelu(x: Value): Value {
  return apply(op, { x }, {});
}
