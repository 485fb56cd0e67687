import { apply, type Op, type Value } from '../graph/index.ts';
import { broadcast } from './broadcast.ts';

const op: Op<'a' | 'b'> = {
  name: 'add',
  type: ({ a, b }) => broadcast('add', a, b),
  onnx: (w, { a, b }) => w.node('Add', [a, b]),
};

/** a + b, element by element with numpy's broadcasting. */
export function add(a: Value, b: Value): Value {
  return apply(op, { a, b }, {});
}
