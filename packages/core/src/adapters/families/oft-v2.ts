import { ShapeError } from '../../errors/index.ts';
import { scalar, type Value } from '../../graph/index.ts';
import { add, div, matmul, minimum, mul, reshape, scatter, sqrt, sum, transpose } from '../../ops/index.ts';
import { numel, tensor } from '../../tensor/index.ts';
import type { FreshParts, WeightAdapter } from '../adapter.ts';
import { mismatch } from '../complain.ts';
import { factorization } from '../factorization.ts';
import { cayleyIterations, cayleyLess, skew } from '../cayley.ts';
import { finish, sizes, times } from '../scaling.ts';

/** Rotations of the inputs, in blocks. */
export interface OftV2 {
  /** Above the diagonal of Q, row by row [blocks, b·(b−1)/2]; one block is shared by all. */
  readonly triangles: Value;
  /** OneTrainer: divide by 2√(b−1) first. */
  readonly scaled?: true;
  /** Terms of the series instead of the exact transform. */
  readonly neumannTerms?: number;
  /** Then ‖Q‖ of each block is at most this over √blocks (COFT). */
  readonly bound?: number;
  /** Convolutions turn the other way (OneTrainer). */
  readonly convReversed?: true;
  readonly norm?: number;
}

/** OFTv2 (Qiu et al. 2025) as PEFT and OneTrainer write it. PEFT `tuners/oft/layer.py`, OneTrainer `oft_utils.py`. */
export const oftV2: WeightAdapter<OftV2> = {
  name: 'oft-v2',
  detect: (parts) => parts.has('oft_R.weight'),
  parse(parts, hints) {
    const triangles = parts.need('oft_R.weight');
    if (blockSize(triangles.shape[1]!) === undefined) throw mismatch(parts, triangles, '[blocks, b·(b−1)/2]');
    const scaled = parts.get('oft_R.scaled_oft') !== undefined;
    return {
      triangles: triangles.value,
      ...(scaled ? { scaled } : {}),
      ...(hints.neumannTerms === undefined ? {} : { neumannTerms: hints.neumannTerms }),
      ...(hints.bound === undefined ? {} : { bound: hints.bound }),
      ...(hints.oneTrainer === true ? { convReversed: true } : {}),
      ...(triangles.norm === undefined ? {} : { norm: triangles.norm }),
    };
  },
  // W′ = W · blockdiag(R)ᵀ over the inputs, kernel included
  delta(w, base, options) {
    const [count = 0, length = 0] = sizes(w.triangles);
    const size = blockSize(length)!;
    const [out = 0, ...input] = sizes(base);
    const into = numel(input);
    if (into % size !== 0 || (count !== 1 && count * size !== into))
      throw new ShapeError('oft', `blocks of ${into} inputs in all`, w.triangles.shape);
    const less = rotationLess(w, count, size);
    const right = w.convReversed && input.length > 1 ? less : transpose(less, [0, 2, 1]);
    const groups = into / size;
    // [groups, out, size]: one matrix product for each block.
    const columns = transpose(reshape(base, [out, groups, size]), [1, 0, 2]);
    const turned = count === groups ? matmul(columns, right) : shared(columns, right);
    return finish(reshape(transpose(turned, [1, 0, 2]), base.shape), base, 1, options);
  },
  init(base, { rank }): FreshParts {
    const [size, count] = factorization(numel(base.shape.slice(1)), rank);
    return new Map([['oft_R.weight', tensor([count, (size * (size - 1)) / 2])]]);
  },
  save: (w) =>
    new Map<string, Value | number>([
      ['oft_R.weight', w.triangles],
      ...(w.scaled ? ([['oft_R.scaled_oft', 1]] as const) : []),
    ]),
};

/** b of b·(b−1)/2, or undefined where the length is no such number. */
function blockSize(length: number): number | undefined {
  const size = Math.round((1 + Math.sqrt(1 + 8 * length)) / 2);
  return (size * (size - 1)) / 2 === length ? size : undefined;
}

/** One rotation for all groups. columns [g, out, b], right [1, b, b]. */
function shared(columns: Value, right: Value): Value {
  const [groups = 0, out = 0, size = 0] = sizes(columns);
  return reshape(matmul(reshape(columns, [groups * out, size]), reshape(right, [size, size])), [groups, out, size]);
}

/** R − I, R = (I − Q)(I + Q)⁻¹, or the first terms of (I + Q)(I − Q)⁻¹ as PEFT's series has them [count, b, b]. */
function rotationLess(
  { triangles, scaled, neumannTerms, bound, norm = NaN }: OftV2,
  count: number,
  size: number,
): Value {
  const places: number[] = [];
  for (let block = 0; block < count; block++)
    for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) places.push((block * size + i) * size + j);
  const factor = scaled ? 1 / (2 * Math.sqrt(size - 1)) : 1;
  const list = scatter(reshape(triangles, [places.length]), { places, size: count * size * size });
  const free = times(skew(reshape(list, [count, size, size])), factor);
  const q =
    bound === undefined ? free : mul(free, minimum(scalar(1), div(scalar(bound / Math.sqrt(count)), lengths(free))));
  return neumannTerms === undefined
    ? cayleyLess(times(q, -1), cayleyIterations(norm * factor))
    : neumannLess(q, neumannTerms);
}

/** ‖Q‖ of each block [n, 1, 1]. */
function lengths(q: Value): Value {
  return sqrt(sum(mul(q, q), [1, 2]));
}

/** 2Q + 2Q² + … + 2Qⁿ⁻² + Qⁿ⁻¹, the last term being single. */
function neumannLess(q: Value, terms: number): Value {
  const two = scalar(2);
  let total = mul(q, two);
  if (terms <= 2) return terms === 2 ? total : mul(q, scalar(0));
  let power = matmul(q, q);
  total = add(total, mul(power, two));
  for (let i = 3; i < terms - 1; i++) {
    power = matmul(power, q);
    total = add(total, mul(power, two));
  }
  return add(total, matmul(power, q));
}
