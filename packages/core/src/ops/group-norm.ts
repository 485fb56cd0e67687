import { ShapeError } from '../errors/index.ts';
import { apply, dimMul, dimProduct, type Op, type Value } from '../graph/index.ts';
import { fixed } from './check.ts';

interface Attrs {
  readonly groups: number;
  readonly eps: number;
}

const op: Op<'x' | 'weight' | 'bias', Attrs> = {
  name: 'groupNorm',
  type({ x, weight, bias }, { groups }) {
    const channels = fixed('groupNorm', x, 1);
    if (channels % groups !== 0) throw new ShapeError('groupNorm', `a multiple of ${groups} channels`, x.shape);
    for (const part of [weight, bias])
      if (part.shape.length !== 1 || part.shape[0] !== channels)
        throw new ShapeError('groupNorm', `[${channels}]`, part.shape);
    return x;
  },
  // CPU has no fused group norm: the groups become the channels of an instance norm, then weight and bias per channel.
  onnx(w, { x, weight, bias }, { groups, eps }, { shape }) {
    const channels = shape[1] as number;
    const grouped = [shape[0]!, groups, dimMul(channels / groups, dimProduct(shape.slice(2)))];
    const ones = w.floats(new Float32Array(groups).fill(1), [groups]);
    const zeros = w.floats(new Float32Array(groups), [groups]);
    const normal = w.node('InstanceNormalization', [w.reshape(x, shape, grouped), ones, zeros], {
      epsilon: { float: eps },
    });
    const perChannel = [channels, ...shape.slice(2).map(() => 1)];
    const scaled = w.node('Mul', [w.reshape(normal, grouped, shape), w.reshape(weight, [channels], perChannel)]);
    return w.node('Add', [scaled, w.reshape(bias, [channels], perChannel)]);
  },
};

/**
 * Group normalisation (Wu & He 2018): channels in `groups` equal groups, each to mean 0 and variance 1, then weight and bias per channel.
 * x [b, c, ...], weight and bias [c] → same shape.
 */
export function groupNorm(x: Value, weight: Value, bias: Value, attrs: Attrs): Value {
  return apply(op, { x, weight, bias }, attrs);
}
