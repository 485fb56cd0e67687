import { apply, type Op, type Value } from '../graph/index.ts';
import { broadcast } from './broadcast.ts';

const op: Op<'a' | 'b'> = {
  name: 'sub',
  type: ({ a, b }) => broadcast('sub', a, b),
  onnx: (w, { a, b }) => w.node('Sub', [a, b]),
};

/** a − b, element by element with numpy's broadcasting. */
export function sub(a: Value, b: Value): Value {
  return apply(op, { a, b }, {});
}
