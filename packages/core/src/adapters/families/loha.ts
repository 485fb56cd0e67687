import type { Value } from '../../graph/index.ts';
import { matmul, mul, transpose } from '../../ops/index.ts';
import { numel, tensor } from '../../tensor/index.ts';
import type { FreshParts, Parts, WeightAdapter } from '../adapter.ts';
import { mismatch } from '../complain.ts';
import { tucker } from '../kernel.ts';
import { alphaScale, finish, flat, parseScaling, saveScaling, sizes, type Scaling } from '../scaling.ts';
import { normal, number } from '../uniform.ts';

/** One of the two products. */
export interface Half {
  /** [out, r]; [r, out] beside a core. */
  readonly a: Value;
  /** [r, in·k·k], also as [r, in, k, k]; [r, in] beside a core. */
  readonly b: Value;
  /** The core [r, r, k, k]: its first axis goes with `a`. */
  readonly core?: Value;
}

/** Two low-rank products, multiplied element by element. */
export interface LoHa {
  readonly first: Half;
  readonly second: Half;
  readonly scaling: Scaling;
}

const PARTS = ['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b', 'hada_t1', 'hada_t2'];

/** LoHa: FedPara (Hyeon-Woo et al. 2021). A1111 `network_hada.py`, LyCORIS `loha.py`. */
export const loha: WeightAdapter<LoHa> = {
  name: 'loha',
  detect: (parts) => PARTS.some((part) => parts.has(part)),
  parse(parts, hints) {
    const both = parts.has('hada_t1') || parts.has('hada_t2');
    const first = parseHalf(parts, 1, both);
    return { first, second: parseHalf(parts, 2, both), scaling: parseScaling(parts, hints, sizes(first.b)[0]) };
  },
  // ΔW = α/r · (w1a · w1b) ⊙ (w2a · w2b)
  delta(w, base, options) {
    const rank = sizes(w.first.b)[0]!;
    if (rank === 0) return undefined;
    return finish(mul(product(w.first), product(w.second)), base, alphaScale(w.scaling, rank), options);
  },
  init(base, { rank, alpha, tucker: core }, rng): FreshParts {
    const [out = 0, into = 0, ...kernel] = base.shape;
    const small = core === true && kernel.some((size) => size > 1);
    const a = small ? [rank, out] : [out, rank];
    const b = [rank, small ? into : into * numel(kernel)];
    const cores = (name: string) => (small ? ([[name, normal([rank, rank, ...kernel], 0.1, rng)]] as const) : []);
    return new Map([
      ...cores('hada_t1'),
      ['hada_w1_a', normal(a, 0.1, rng)],
      ['hada_w1_b', normal(b, 1, rng)],
      ...cores('hada_t2'),
      ['hada_w2_a', tensor(a)],
      ['hada_w2_b', normal(b, 1, rng)],
      ['alpha', number(alpha)],
    ]);
  },
  save: (w) =>
    new Map<string, Value | number>([...saveHalf(w.first, 1), ...saveHalf(w.second, 2), ...saveScaling(w.scaling)]),
};

function parseHalf(parts: Parts, half: 1 | 2, withCore: boolean): Half {
  const a = parts.need(`hada_w${half}_a`);
  const b = parts.need(`hada_w${half}_b`);
  const core = withCore ? parts.need(`hada_t${half}`) : undefined;
  const rank = b.shape[0]!;
  if (a.shape[core ? 0 : 1] !== rank) throw mismatch(parts, a, core ? `[${rank}, …]` : `[…, ${rank}]`);
  if (core && (core.shape[0] !== rank || core.shape[1] !== rank)) throw mismatch(parts, core, `[${rank}, ${rank}, …]`);
  return { a: a.value, b: b.value, ...(core ? { core: core.value } : {}) };
}

function product({ a, b, core }: Half): Value {
  return core ? flat(tucker(transpose(flat(a), [1, 0]), core, b)) : matmul(flat(a), flat(b));
}

function saveHalf({ a, b, core }: Half, half: 1 | 2): [string, Value][] {
  return [
    ...(core ? [[`hada_t${half}`, core] as [string, Value]] : []),
    [`hada_w${half}_a`, a],
    [`hada_w${half}_b`, b],
  ];
}
