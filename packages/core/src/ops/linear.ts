import { ShapeError } from '../errors/index.ts';
import { apply, dimProduct, type Op, type Value } from '../graph/index.ts';
import { fixed } from './check.ts';

const op: Op<'x' | 'weight', object, 'bias'> = {
  name: 'linear',
  type({ x, weight, bias }) {
    const out = fixed('linear', weight, 0);
    if (weight.shape.length !== 2 || weight.shape[1] !== x.shape.at(-1)) {
      throw new ShapeError('linear', `a weight [out, ${x.shape.at(-1)}]`, weight.shape);
    }
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== out))
      throw new ShapeError('linear', `a bias [${out}]`, bias.shape);
    return { shape: [...x.shape.slice(0, -1), out], dtype: x.dtype };
  },
  // torch stores [out, in]; Gemm reads it so, and no transpose is ever made.
  onnx(w, { x, weight, bias }, _, { ins, shape }) {
    const rows = dimProduct(shape.slice(0, -1));
    const flat = w.reshape(x, ins['x']!.shape, [rows, ins['x']!.shape.at(-1)!]);
    const y = w.node('Gemm', bias === undefined ? [flat, weight] : [flat, weight, bias], { transB: 1 });
    return w.reshape(y, [rows, shape.at(-1)!], shape);
  },
};

/** x·Wᵀ + b. x [..., in], weight [out, in], bias [out] → [..., out]. */
export function linear(x: Value, weight: Value, bias?: Value): Value {
  return apply(op, bias ? { x, weight, bias } : { x, weight }, {});
}
