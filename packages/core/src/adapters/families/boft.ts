import { ShapeError } from '../../errors/index.ts';
import type { Value } from '../../graph/index.ts';
import { add, matmul, reshape, slice, sub, transpose } from '../../ops/index.ts';
import { numel, tensor } from '../../tensor/index.ts';
import type { FreshParts, WeightAdapter } from '../adapter.ts';
import { cayleyIterations, cayleyLess, skew } from '../cayley.ts';
import { constrained, ones, rescaled } from './oft.ts';
import { finish, saved, sizes } from '../scaling.ts';
import { number } from '../uniform.ts';

/** Rotations of the outputs: several rounds of small blocks, with the outputs shuffled in between. */
export interface Boft {
  /** [rounds, blocks, size, size]: Q = B − Bᵀ. */
  readonly blocks: Value;
  /** c₀, as for OFT. The file calls it alpha. */
  readonly constraint?: number;
  readonly rescale?: Value;
  readonly norm?: number;
}

/** BOFT (Liu et al. 2023) as LyCORIS writes it: `boft.py`, A1111 `network_oft.py`. Told from OFT by its fourth axis. */
export const boft: WeightAdapter<Boft> = {
  name: 'boft',
  detect: (parts) => parts.shapes.get('oft_blocks')?.length === 4,
  parse(parts) {
    const blocks = parts.need('oft_blocks');
    const constraint = parts.number('alpha');
    const rescale = parts.get('rescale');
    return {
      blocks: blocks.value,
      ...(constraint === undefined ? {} : { constraint }),
      ...(rescale ? { rescale: rescale.value } : {}),
      ...(blocks.norm === undefined ? {} : { norm: blocks.norm }),
    };
  },
  // x ← R x in blocks, with output (c, g, k) at place (c, k, g) in round i, g < 2 and k < 2^i · size/2
  delta(w, base, options) {
    const [rounds = 0, count = 0, size = 0] = sizes(w.blocks);
    const [out = 0] = sizes(base);
    if (count * size !== out || size % 2 !== 0)
      throw new ShapeError('boft', `even blocks of ${out} outputs in all`, w.blocks.shape);
    const q = skew(reshape(w.blocks, [rounds * count, size, size]));
    const less = cayleyLess(constrained(q, w.constraint, out), cayleyIterations(w.norm));
    const rest = numel(sizes(base)) / out;
    let x = base;
    for (let round = 0; round < rounds; round++) {
      const k = (2 ** round * size) / 2;
      if (out % (2 * k) !== 0) throw new ShapeError('boft', `at most ${round} rounds`, w.blocks.shape);
      const groups = out / (2 * k);
      const near = transpose(reshape(x, [groups, 2, k, rest]), [0, 2, 1, 3]);
      const blocks = reshape(near, [count, size, rest]);
      const turned = add(
        blocks,
        matmul(slice(less, { axis: 0, start: round * count, end: (round + 1) * count }), blocks),
      );
      x = reshape(transpose(reshape(turned, [groups, k, 2, rest]), [0, 2, 1, 3]), base.shape);
    }
    return finish(rescaled(sub(x, base), base, w.rescale), base, 1, options);
  },
  init(base, { rank, constraint = 0, rescaled: rescales = false }): FreshParts {
    const out = base.shape[0]!;
    const size = butterflySize(out, rank);
    const count = out / size;
    return new Map([
      ['oft_blocks', tensor([Math.log2(count) + 1, count, size, size])],
      ['alpha', number(constraint)],
      ...(rescales ? ([['rescale', ones([out, ...base.shape.slice(1).map(() => 1)])]] as const) : []),
    ]);
  },
  save: (w) =>
    new Map<string, Value | number>([
      ['oft_blocks', w.blocks],
      ...saved('alpha', w.constraint),
      ...saved('rescale', w.rescale),
    ]),
};

/** The largest even block of at most `most` of which a power of two makes up `out`. Throws ShapeError where there is none. */
export function butterflySize(out: number, most: number): number {
  for (let size = out; size >= 2 && size % 2 === 0; size /= 2) if (size <= most) return size;
  throw new ShapeError('boft', `an even block of at most ${most} that is ${out} over a power of two`, [out]);
}
