import type { Value } from '../../graph/index.ts';
import { matmul, transpose } from '../../ops/index.ts';
import { numel, tensor, type Tensor, type TorchRandom } from '../../tensor/index.ts';
import type { FreshParts, InitOptions, Parts, WeightAdapter } from '../adapter.ts';
import { mismatch } from '../complain.ts';
import { factorization } from '../factorization.ts';
import { kronecker, tucker } from '../kernel.ts';
import { alphaScale, finish, flat, parseScaling, saveScaling, sizes, type Scaling } from '../scaling.ts';
import { kaimingUniform, number } from '../uniform.ts';

/** One of the two factors: whole, or a product. */
export type Factor =
  | { readonly whole: Value }
  | {
      /** [rows, r]; [r, rows] beside a core. */
      readonly a: Value;
      /** [r, columns], columns including the kernel; [r, columns] without it beside a core. */
      readonly b: Value;
      /** The core [r, r, k, k]. */
      readonly core?: Value;
    };

/** A small matrix whose every element multiplies the same larger block. */
export interface LoKr {
  /** [rows of blocks, columns of blocks]. */
  readonly left: Factor;
  /** The block [rows, columns, k, k]. */
  readonly right: Factor;
  readonly scaling: Scaling;
}

const PARTS = [1, 2].flatMap((side) =>
  ['w?', 'w?_a', 'w?_b', 't?'].map((part) => `lokr_${part.replace('?', String(side))}`),
);

/** LoKr: Kronecker products (Yeh et al. 2023). A1111 `network_lokr.py`, LyCORIS `lokr.py`. */
export const lokr: WeightAdapter<LoKr> = {
  name: 'lokr',
  detect: (parts) => PARTS.some((part) => parts.has(part)),
  parse(parts, hints) {
    const left = parseFactor(parts, 1);
    const right = parseFactor(parts, 2);
    return { left, right, scaling: parseScaling(parts, hints, rankOf({ left, right })) };
  },
  // ΔW = s · (w1 ⊗ w2); s = α/r with the rank of w2, else of w1; two whole factors have no rank, so 1 whatever alpha says
  delta(w, base, options) {
    const rank = rankOf(w);
    if (rank === 0) return undefined;
    return finish(kronecker(matrix(w.left), matrix(w.right)), base, alphaScale(w.scaling, rank), options);
  },
  init(base, options, rng): FreshParts {
    const [out = 0, into = 0, ...kernel] = base.shape;
    const [leftOut, rightOut] = factorization(out, options.factor ?? -1);
    const [leftIn, rightIn] = factorization(into, options.factor ?? -1);
    return new Map([
      ...leftParts([leftOut, leftIn], options, rng),
      ...rightParts([rightOut, rightIn, ...kernel], options, rng),
      ['alpha', number(options.alpha)],
    ]);
  },
  save: (w) =>
    new Map<string, Value | number>([...saveFactor(w.left, 1), ...saveFactor(w.right, 2), ...saveScaling(w.scaling)]),
};

function parseFactor(parts: Parts, side: 1 | 2): Factor {
  const whole = parts.get(`lokr_w${side}`);
  if (whole) return { whole: whole.value };
  if (![`lokr_w${side}_a`, `lokr_w${side}_b`].some((part) => parts.has(part))) parts.need(`lokr_w${side}`);
  const a = parts.need(`lokr_w${side}_a`);
  const b = parts.need(`lokr_w${side}_b`);
  const core = parts.get(`lokr_t${side}`);
  const rank = b.shape[0]!;
  if (a.shape[core ? 0 : 1] !== rank) throw mismatch(parts, a, core ? `[${rank}, …]` : `[…, ${rank}]`);
  return { a: a.value, b: b.value, ...(core ? { core: core.value } : {}) };
}

function rankOf({ left, right }: Pick<LoKr, 'left' | 'right'>): number | undefined {
  const product = 'b' in right ? right : 'b' in left ? left : undefined;
  return product && sizes(product.b)[0];
}

/** The factor as a matrix, the kernel being part of its columns. */
function matrix(factor: Factor): Value {
  if ('whole' in factor) return flat(factor.whole);
  const { a, b, core } = factor;
  return core ? flat(tucker(transpose(flat(a), [1, 0]), core, b)) : matmul(flat(a), flat(b));
}

function leftParts(
  [rows, columns]: readonly [number, number],
  { rank, decomposeBoth }: InitOptions,
  rng: TorchRandom,
): [string, Tensor][] {
  if (decomposeBoth !== true || rank >= Math.max(rows, columns) / 2)
    return [['lokr_w1', kaimingUniform([rows, columns], rng)]];
  return [
    ['lokr_w1_a', kaimingUniform([rows, rank], rng)],
    ['lokr_w1_b', kaimingUniform([rank, columns], rng)],
  ];
}

/** The side that starts at zero. */
function rightParts(
  shape: readonly number[],
  { rank, tucker: core }: InitOptions,
  rng: TorchRandom,
): [string, Tensor][] {
  const [rows = 0, columns = 0, ...kernel] = shape;
  if (rank >= Math.max(rows, columns) / 2) return [['lokr_w2', tensor(shape)]];
  if (core === true && kernel.some((size) => size > 1)) {
    return [
      ['lokr_t2', kaimingUniform([rank, rank, ...kernel], rng)],
      ['lokr_w2_a', kaimingUniform([rank, rows], rng)],
      ['lokr_w2_b', tensor([rank, columns])],
    ];
  }
  return [
    ['lokr_w2_a', kaimingUniform([rows, rank], rng)],
    ['lokr_w2_b', tensor([rank, columns * numel(kernel)])],
  ];
}

function saveFactor(factor: Factor, side: 1 | 2): [string, Value][] {
  if ('whole' in factor) return [[`lokr_w${side}`, factor.whole]];
  const { a, b, core } = factor;
  return [
    [`lokr_w${side}_a`, a],
    [`lokr_w${side}_b`, b],
    ...(core ? [[`lokr_t${side}`, core] as [string, Value]] : []),
  ];
}
