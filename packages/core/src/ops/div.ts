import { apply, type Op, type Value } from '../graph/index.ts';
import { broadcast } from './broadcast.ts';

const op: Op<'a' | 'b'> = {
  name: 'div',
  type: ({ a, b }) => broadcast('div', a, b),
  onnx: (w, { a, b }) => w.node('Div', [a, b]),
};

/** a / b, element by element with numpy's broadcasting. */
export function div(a: Value, b: Value): Value {
  return apply(op, { a, b }, {});
}
