import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x'> = {
  name: 'sign',
  type: ({ x }) => x,
  onnx: (w, { x }) => w.node('Sign', [x]),
  vjp: null,
};

/** −1, 0 or 1, element by element. Its derivative is 0 wherever it has one. */
export function sign(x: Value): Value {
  return apply(op, { x }, {});
}
