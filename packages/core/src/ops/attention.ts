import { ShapeError } from '../errors/index.ts';
import { apply, type Op, type Value } from '../graph/index.ts';
import { checkRank, fixed } from './check.ts';

interface Attrs {
  readonly heads: number;
  /** Position i sees only 0…i. */
  readonly causal: boolean;
}

const op: Op<'q' | 'k' | 'v', Attrs> = {
  name: 'attention',
  type({ q, k, v }, { heads }) {
    for (const part of [q, k, v]) checkRank('attention', part, 3);
    for (const part of [q, v])
      if (fixed('attention', part, 2) % heads !== 0)
        throw new ShapeError('attention', `a width that ${heads} heads divide`, part.shape);
    if (k.shape[0] !== q.shape[0] || k.shape[2] !== q.shape[2])
      throw new ShapeError('attention', `keys [${q.shape[0]}, m, ${q.shape[2]}]`, k.shape);
    if (v.shape[0] !== k.shape[0] || v.shape[1] !== k.shape[1])
      throw new ShapeError('attention', `values [${k.shape[0]}, ${k.shape[1]}, e]`, v.shape);
    return { shape: [q.shape[0]!, q.shape[1]!, v.shape[2]!], dtype: q.dtype };
  },
  onnx: (w, { q, k, v }, { heads, causal }) =>
    w.node('MultiHeadAttention', [q, k, v], { num_heads: heads, unidirectional: causal ? 1 : 0 }, 'com.microsoft'),
};

/**
 * softmax(q·kᵀ/√d)·v in `heads` heads of width d each.
 * q [b, n, heads·d], k [b, m, heads·d], v [b, m, heads·e] → [b, n, heads·e].
 */
export function attention(q: Value, k: Value, v: Value, attrs: Attrs): Value {
  return apply(op, { q, k, v }, attrs);
}
