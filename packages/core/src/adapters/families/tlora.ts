import { AdapterError, ShapeError } from '../../errors/index.ts';
import { constant, type Value } from '../../graph/index.ts';
import { matmul, mul, reshape, sub } from '../../ops/index.ts';
import { numel, tensor } from '../../tensor/index.ts';
import type { FreshParts, WeightAdapter } from '../adapter.ts';
import { lowRank } from '../low-rank.ts';
import { alphaScale, finish, flat, parseScaling, saveScaling, sizes, type Scaling } from '../scaling.ts';
import { number } from '../uniform.ts';

/** Singular vectors and values. */
interface Triple {
  /** P [out, r], or [out, r, 1, 1]. */
  readonly p: Value;
  /** λ [1, r]. */
  readonly lambda: Value;
  /** Q [r, in], or [r, in, 1, 1]. */
  readonly q: Value;
}

/** Trained singular vectors and values of the base weight. */
export interface TLoRa extends Triple {
  readonly scaling: Scaling;
  /** Those of the weight that it was trained on, which the file does not hold. */
  readonly start?: Triple;
}

/** T-LoRA (Soboleva et al. 2025), at plain inference: every rank active. LyCORIS `tlora.py`, vectors of the greatest values. */
export const tlora: WeightAdapter<TLoRa> = {
  name: 'tlora',
  detect: (parts) => ['q_layer.weight', 'p_layer.weight', 'lambda_layer'].some((part) => parts.has(part)),
  parse(parts, hints) {
    const q = parts.need('q_layer.weight');
    return {
      p: parts.need('p_layer.weight').value,
      lambda: parts.need('lambda_layer').value,
      q: q.value,
      scaling: parseScaling(parts, hints, q.shape[0]),
    };
  },
  // ΔW = α/r · (P·diag(λ)·Q − P₀·diag(λ₀)·Q₀), the second being the first r singular triples of W
  delta(w, base, options) {
    if (!w.start) throw new AdapterError('tlora', 'needs the weight that it was trained on');
    const rank = sizes(w.q)[0]!;
    const raw = sub(product(w), product(w.start));
    if (numel(sizes(raw)) !== numel(sizes(base)))
      throw new ShapeError('tlora', `a change of [${base.shape.join(', ')}]`, raw.shape);
    return finish(raw, base, alphaScale(w.scaling, rank), options);
  },
  prepare(w, base) {
    const rank = sizes(w.q)[0]!;
    const [out = 0, ...input] = base.shape;
    const { left, values, right } = lowRank(base.data, out, numel(input), rank);
    const start = {
      p: constant(left, [out, rank]),
      lambda: constant(values, [1, rank]),
      q: constant(right, [rank, numel(input)]),
    };
    return { ...w, start };
  },
  init(base, { rank, alpha }): FreshParts {
    const [out = 0, ...input] = base.shape;
    const points = base.shape.slice(2).map(() => 1);
    const { left, values, right } = lowRank(base.data, out, numel(input), rank);
    return new Map([
      ['q_layer.weight', tensor([rank, numel(input), ...points], right)],
      ['p_layer.weight', tensor([out, rank, ...points], left)],
      ['lambda_layer', tensor([1, rank], values)],
      ['alpha', number(alpha)],
    ]);
  },
  save: (w) =>
    new Map<string, Value | number>([
      ['q_layer.weight', w.q],
      ['p_layer.weight', w.p],
      ['lambda_layer', w.lambda],
      ...saveScaling(w.scaling),
    ]),
};

function product({ p, lambda, q }: Triple): Value {
  const rank = sizes(q)[0]!;
  return matmul(mul(flat(p), reshape(lambda, [1, rank])), flat(q));
}
