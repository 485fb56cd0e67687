import { apply, type Op, type Value } from '../graph/index.ts';
import { broadcast } from './broadcast.ts';

const op: Op<'a' | 'b'> = {
  name: 'mul',
  type: ({ a, b }) => broadcast('mul', a, b),
  onnx: (w, { a, b }) => w.node('Mul', [a, b]),
};

/** a · b, element by element with numpy's broadcasting. */
export function mul(a: Value, b: Value): Value {
  return apply(op, { a, b }, {});
}
