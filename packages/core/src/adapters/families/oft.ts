import { scalar, type Value } from '../../graph/index.ts';
import { add, div, matmul, minimum, mul, reshape, sqrt, sub, sum, transpose } from '../../ops/index.ts';
import { ShapeError } from '../../errors/index.ts';
import { numel, tensor } from '../../tensor/index.ts';
import type { FreshParts, WeightAdapter } from '../adapter.ts';
import { cayleyIterations, cayleyLess, eye, skew } from '../cayley.ts';
import { factorization } from '../factorization.ts';
import { finish, saved, sizes } from '../scaling.ts';
import { number } from '../uniform.ts';

/** Rotations of the outputs, in blocks. */
export interface Oft {
  /** [blocks, size, size]: Q = B − Bᵀ, or the rotations themselves. */
  readonly blocks: Value;
  /** The blocks are the rotations (`oft_diag`, November 2023). */
  readonly rotations?: true;
  /** c₀: ‖Q‖ over all blocks is at most c₀ · outputs; absent or 0: no bound. The file calls it alpha. */
  readonly constraint?: number;
  /** Then each output is multiplied [out, 1, …]. */
  readonly rescale?: Value;
  /** Euclidean length of the blocks, where it is known. */
  readonly norm?: number;
}

/** OFT, COFT (Qiu et al. 2023) as kohya's and LyCORIS' trainers write them. A1111 `network_oft.py`. */
export const oft: WeightAdapter<Oft> = {
  name: 'oft',
  detect: (parts) => (parts.shapes.get('oft_blocks')?.length ?? 4) !== 4 || parts.has('oft_diag'),
  parse(parts) {
    const rotations = !parts.has('oft_blocks');
    const blocks = parts.need(rotations ? 'oft_diag' : 'oft_blocks');
    const constraint = parts.number('alpha');
    const rescale = parts.get('rescale');
    return {
      blocks: blocks.value,
      ...(rotations ? { rotations } : {}),
      ...(constraint === undefined ? {} : { constraint }),
      ...(rescale ? { rescale: rescale.value } : {}),
      ...(blocks.norm === undefined ? {} : { norm: blocks.norm }),
    };
  },
  // W′ₖ = Rₖᵀ·Wₖ for the k-th of `blocks` groups of outputs; then times rescale
  delta(w, base, options) {
    const [count = 0, size = 0] = sizes(w.blocks);
    const [out = 0] = sizes(base);
    if (count * size !== out) throw new ShapeError('oft', `blocks of ${out} outputs in all`, w.blocks.shape);
    const groups = reshape(base, [count, size, numel(sizes(base)) / out]);
    const turned = matmul(transpose(less(w, out), [0, 2, 1]), groups);
    return finish(rescaled(reshape(turned, base.shape), base, w.rescale), base, 1, options);
  },
  init(base, { rank, constraint = 0, rescaled: rescales = false }): FreshParts {
    const out = base.shape[0]!;
    const [size, count] = factorization(out, rank);
    return new Map([
      ['oft_blocks', tensor([count, size, size])],
      ['alpha', number(constraint)],
      ...(rescales ? ([['rescale', ones([out, ...base.shape.slice(1).map(() => 1)])]] as const) : []),
    ]);
  },
  save: (w) =>
    new Map<string, Value | number>([
      [w.rotations ? 'oft_diag' : 'oft_blocks', w.blocks],
      ...saved('alpha', w.constraint),
      ...saved('rescale', w.rescale),
    ]),
};

/** R − I of every block. */
function less({ blocks, rotations, constraint, norm }: Oft, out: number): Value {
  if (rotations) return sub(blocks, eye(sizes(blocks)[1]!));
  return cayleyLess(constrained(skew(blocks), constraint, out), cayleyIterations(norm));
}

/** Q · (min(‖Q‖, c) + ε)/(‖Q‖ + ε) = Q · min(1, (c + ε)/(‖Q‖ + ε)), ε = 1e-8, with c = c₀·outputs, ‖Q‖ over all blocks together. */
export function constrained(q: Value, constraint: number | undefined, out: number): Value {
  if (constraint === undefined || constraint === 0) return q;
  const axes = q.shape.map((_, axis) => axis);
  const length = sqrt(sum(mul(q, q), axes));
  return mul(q, minimum(scalar(1), div(scalar(constraint * out + 1e-8), add(length, scalar(1e-8)))));
}

/** (W + Δ) · rescale − W. */
export function rescaled(delta: Value, base: Value, rescale: Value | undefined): Value {
  if (!rescale) return delta;
  const out = sizes(base)[0]!;
  if (numel(sizes(rescale)) !== out) throw new ShapeError('oft', `${out} factors of outputs`, rescale.shape);
  const factors = reshape(
    rescale,
    base.shape.map((size, axis) => (axis === 0 ? size : 1)),
  );
  return add(mul(delta, factors), mul(base, sub(factors, scalar(1))));
}

export function ones(shape: readonly number[]): ReturnType<typeof tensor> {
  return tensor(shape, new Float32Array(numel(shape)).fill(1));
}
