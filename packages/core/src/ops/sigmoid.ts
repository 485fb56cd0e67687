import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x'> = {
  name: 'sigmoid',
  type: ({ x }) => x,
  onnx: (w, { x }) => w.node('Sigmoid', [x]),
};

/** 1/(1 + e⁻ˣ), element by element. */
export function sigmoid(x: Value): Value {
  return apply(op, { x }, {});
}
