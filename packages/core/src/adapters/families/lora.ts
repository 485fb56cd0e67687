import type { Value } from '../../graph/index.ts';
import { matmul, slice, transpose } from '../../ops/index.ts';
import { tensor } from '../../tensor/index.ts';
import type { FreshParts, WeightAdapter } from '../adapter.ts';
import { mismatch } from '../complain.ts';
import { tucker } from '../kernel.ts';
import { alphaScale, finish, flat, parseScaling, saved, saveScaling, sizes, times, type Scaling } from '../scaling.ts';
import { kaimingUniform, number } from '../uniform.ts';

/** Two thin matrices, and for some convolutions a core between them. */
export interface LoRa {
  /** [out, r], or [out, r, 1, 1]. */
  readonly up: Value;
  /** [r, in], or [r, in, k, k]; [r, in, 1, 1] beside a core. */
  readonly down: Value;
  /** The core [r, r, k, k]. */
  readonly mid?: Value;
  /** Added to the bias, scaled as the weight (PEFT's lora_B.bias) [out]. */
  readonly upBias?: Value;
  /** Of a token table: the product is stored the other way round (PEFT). */
  readonly table?: true;
  readonly scaling: Scaling;
}

const TABLE = ['lora_embedding_down', 'lora_embedding_up'] as const;

/**
 * LoRA (Hu et al. 2021) and LoCon, its form for convolutions; also DyLoRA, whose files are the same.
 * A1111 `network_lora.py`, LyCORIS `locon.py`, kohya `networks/lora.py`.
 */
export const lora: WeightAdapter<LoRa> = {
  name: 'lora',
  detect: (parts) =>
    ['lora_down.weight', 'lora_up.weight', 'lora_mid.weight', ...TABLE].some((part) => parts.has(part)),
  parse(parts, hints) {
    const table = TABLE.some((part) => parts.has(part));
    const down = parts.need(table ? TABLE[0] : 'lora_down.weight');
    const up = parts.need(table ? TABLE[1] : 'lora_up.weight');
    const mid = parts.get('lora_mid.weight');
    const rank = down.shape[0]!;
    if (up.shape[1] !== rank) throw mismatch(parts, up, `[…, ${rank}, …]`);
    if (mid && (mid.shape[0] !== rank || mid.shape[1] !== rank)) throw mismatch(parts, mid, `[${rank}, ${rank}, …]`);
    const upBias = parts.get('lora_up.bias');
    return {
      up: up.value,
      down: down.value,
      ...(mid ? { mid: mid.value } : {}),
      ...(upBias ? { upBias: upBias.value } : {}),
      ...(table ? { table } : {}),
      scaling: parseScaling(parts, hints, rank),
    };
  },
  // ΔW = α/r · up · down, or Σ_{a,b} up[o,a] · mid[a,b,y,x] · down[b,i]; only the first d ranks if so wanted, α/r as ever
  delta(w, base, options) {
    const rank = rankOf(w);
    const kept = w.mid || options.dyn === undefined ? rank : keptRanks(options.dyn, rank);
    if (kept === 0) return undefined;
    const raw = w.mid ? tucker(w.up, w.mid, w.down) : matmul(columns(flat(w.up), kept), rows(flat(w.down), kept));
    return finish(w.table ? transpose(raw, [1, 0]) : raw, base, alphaScale(w.scaling, rank), options);
  },
  bias: (w) => (w.upBias ? times(w.upBias, alphaScale(w.scaling, rankOf(w))) : undefined),
  init(base, { rank, alpha, tucker: core }, rng): FreshParts {
    const [out = 0, into = 0, ...kernel] = base.shape;
    const points = kernel.map(() => 1);
    const small = core === true && kernel.some((size) => size > 1);
    return new Map([
      ['lora_down.weight', kaimingUniform([rank, into, ...(small ? points : kernel)], rng)],
      ...(small ? ([['lora_mid.weight', kaimingUniform([rank, rank, ...kernel], rng)]] as const) : []),
      ['lora_up.weight', tensor([out, rank, ...points])],
      ['alpha', number(alpha)],
    ]);
  },
  save: (w) =>
    new Map<string, Value | number>([
      [w.table ? TABLE[0] : 'lora_down.weight', w.down],
      [w.table ? TABLE[1] : 'lora_up.weight', w.up],
      ...saved('lora_mid.weight', w.mid),
      ...saved('lora_up.bias', w.upBias),
      ...saveScaling(w.scaling),
    ]),
};

function rankOf({ down }: LoRa): number {
  return sizes(down)[0]!;
}

/** How many ranks are left: a negative number counts from the end, as in Python. */
function keptRanks(dyn: number, rank: number): number {
  return dyn < 0 ? Math.max(rank + dyn, 0) : Math.min(dyn, rank);
}

function columns(x: Value, count: number): Value {
  return sizes(x)[1] === count ? x : slice(x, { axis: 1, start: 0, end: count });
}

function rows(x: Value, count: number): Value {
  return sizes(x)[0] === count ? x : slice(x, { axis: 0, start: 0, end: count });
}
