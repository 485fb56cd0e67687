import { apply, type Op, type Value } from '../graph/index.ts';

const op: Op<'x', { readonly slope: number }> = {
  name: 'leakyRelu',
  type: ({ x }) => x,
  onnx: (w, { x }, { slope }) => w.node('LeakyRelu', [x], { alpha: { float: slope } }),
};

/** x where positive, slope·x elsewhere. */
export function leakyRelu(x: Value, slope: number): Value {
  return apply(op, { x }, { slope });
}
