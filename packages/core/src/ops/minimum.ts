import { apply, type Op, type Value } from '../graph/index.ts';
import { broadcast } from './broadcast.ts';

const op: Op<'a' | 'b'> = {
  name: 'minimum',
  type: ({ a, b }) => broadcast('minimum', a, b),
  onnx: (w, { a, b }) => w.node('Min', [a, b]),
};

/** The smaller of a and b, element by element with numpy's broadcasting. */
export function minimum(a: Value, b: Value): Value {
  return apply(op, { a, b }, {});
}
