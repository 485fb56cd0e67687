import { ShapeError } from '../errors/index.ts';
import { apply, sameShape, type Op, type Value } from '../graph/index.ts';

const op: Op<'x' | 'weight' | 'bias', { readonly eps: number }> = {
  name: 'layerNorm',
  type({ x, weight, bias }) {
    const width = x.shape.slice(-1);
    for (const part of [weight, bias])
      if (!sameShape(part.shape, width))
        throw new ShapeError('layerNorm', `weight and bias [${width.join(', ')}]`, part.shape);
    return x;
  },
  onnx: (w, { x, weight, bias }, { eps }) =>
    w.node('LayerNormalization', [x, weight, bias], { axis: -1, epsilon: { float: eps } }),
};

/** (x − mean)/√(var + eps)·weight + bias over the last axis. x [..., d], weight and bias [d] → same shape. */
export function layerNorm(x: Value, weight: Value, bias: Value, eps: number): Value {
  return apply(op, { x, weight, bias }, { eps });
}
