import { apply, dimMul, type Op, type Value } from '../graph/index.ts';
import { checkRank } from './check.ts';

const op: Op<'x'> = {
  name: 'upsample',
  type({ x }) {
    checkRank('upsample', x, 4);
    return { shape: [x.shape[0]!, x.shape[1]!, dimMul(x.shape[2]!, 2), dimMul(x.shape[3]!, 2)], dtype: x.dtype };
  },
  onnx: (w, { x }) =>
    w.node('Resize', [x, '', w.floats(Float32Array.of(1, 1, 2, 2), [4])], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
};

/** Twice as high and wide, by repeating pixels. x [b, c, h, w] → [b, c, 2h, 2w]. */
export function upsample(x: Value): Value {
  return apply(op, { x }, {});
}
