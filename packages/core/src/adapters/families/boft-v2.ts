import { ShapeError } from '../../errors/index.ts';
import { scalar, type Value } from '../../graph/index.ts';
import { add, matmul, mul, reshape, slice, sub, transpose } from '../../ops/index.ts';
import { numel, tensor } from '../../tensor/index.ts';
import type { FreshParts, WeightAdapter } from '../adapter.ts';
import { butterflySize } from './boft.ts';
import { cayleyIterations, cayleyLess, skew } from '../cayley.ts';
import { ones, rescaled } from './oft.ts';
import { finish, sizes } from '../scaling.ts';

/** Rotations of the inputs in rounds of blocks, and factors of the outputs. */
export interface BoftV2 {
  /** [rounds, blocks, size, size]: Q = ½(A − Aᵀ). */
  readonly blocks: Value;
  /** [out, 1]. */
  readonly outputs: Value;
  readonly norm?: number;
}

/**
 * BOFT as PEFT writes it: PEFT `tuners/boft/layer.py`. The shuffles between its rounds are not stored; they follow from the sizes.
 * No Stable Diffusion program writes or reads it.
 */
export const boftV2: WeightAdapter<BoftV2> = {
  name: 'boft-v2',
  detect: (parts) => parts.has('boft_R') || parts.has('boft_s'),
  parse(parts) {
    const blocks = parts.need('boft_R');
    return {
      blocks: blocks.value,
      outputs: parts.need('boft_s').value,
      ...(blocks.norm === undefined ? {} : { norm: blocks.norm }),
    };
  },
  // x = Wᵀ; x ← P·blockdiag(R)·Pᵀ·x for every round, R = (I − Q)(I + Q)⁻¹; then outputs ⊙ xᵀ
  delta(w, base, options) {
    const [rounds = 0, count = 0, size = 0] = sizes(w.blocks);
    const [out = 0, ...input] = sizes(base);
    const into = numel(input);
    if (count * size !== into || (rounds > 1 && size % 2 !== 0))
      throw new ShapeError('boft', `even blocks of ${into} inputs in all`, w.blocks.shape);
    const q = mul(skew(reshape(w.blocks, [rounds * count, size, size])), scalar(-0.5));
    const less = cayleyLess(q, cayleyIterations(w.norm));
    const start = transpose(reshape(base, [out, into]), [1, 0]);
    let x = start;
    for (let round = 0; round < rounds; round++) {
      const blocks = reshape(shuffle(x, size, size * 2 ** round, 'back'), [count, size, out]);
      const turned = add(
        blocks,
        matmul(slice(less, { axis: 0, start: round * count, end: (round + 1) * count }), blocks),
      );
      x = shuffle(reshape(turned, [into, out]), size, size * 2 ** round, 'there');
    }
    const delta = reshape(transpose(sub(x, start), [1, 0]), base.shape);
    return finish(rescaled(delta, base, w.outputs), base, 1, options);
  },
  init(base, { rank }): FreshParts {
    const size = butterflySize(numel(base.shape.slice(1)), rank);
    const count = numel(base.shape.slice(1)) / size;
    return new Map([
      ['boft_R', tensor([1, count, size, size])],
      ['boft_s', ones([base.shape[0]!, 1])],
    ]);
  },
  save: (w) =>
    new Map<string, Value | number>([
      ['boft_R', w.blocks],
      ['boft_s', w.outputs],
    ]),
};

/**
 * Rows in half blocks: within each span, those at even places come first, then those at odd places; `back` undoes it.
 * x [n, out]. Throws ShapeError where spans do not fill the rows.
 */
function shuffle(x: Value, size: number, span: number, way: 'there' | 'back'): Value {
  const [rows = 0, out = 0] = sizes(x);
  if (rows % span !== 0) throw new ShapeError('boft', `rounds that fill ${rows} inputs`, [span]);
  const pairs = span / size;
  if (pairs === 1) return x;
  const [first, second] = way === 'there' ? [pairs, 2] : [2, pairs];
  const split = reshape(x, [rows / span, first, second, (size / 2) * out]);
  return reshape(transpose(split, [0, 2, 1, 3]), [rows, out]);
}
