import { ShapeError } from '../../errors/index.ts';
import type { Value } from '../../graph/index.ts';
import { add, matmul, mul, reshape, transpose } from '../../ops/index.ts';
import { numel, tensor } from '../../tensor/index.ts';
import type { FreshParts, WeightAdapter } from '../adapter.ts';
import { alphaScale, finish, flat, parseScaling, saveScaling, shapedAs, sizes, type Scaling } from '../scaling.ts';
import { kaimingUniform, number } from '../uniform.ts';

/** A low-rank change of what comes in (a), and a low-rank delta (b). */
export interface GLoRa {
  readonly a1: Value;
  readonly a2: Value;
  readonly b1: Value;
  readonly b2: Value;
  readonly scaling: Scaling;
}

const PARTS = ['a1', 'a2', 'b1', 'b2'] as const;

/**
 * GLoRA (Chavan et al. 2023) in both layouts, told apart by shapes: the old one multiplies second · first and, as A1111 reads it,
 * has no scale; the present one (LyCORIS 3) multiplies first · second with α/r.
 */
export const glora: WeightAdapter<GLoRa> = {
  name: 'glora',
  detect: (parts) => PARTS.some((part) => parts.has(`${part}.weight`)),
  parse(parts, hints) {
    const [a1, a2, b1, b2] = PARTS.map((part) => parts.need(`${part}.weight`).value) as [Value, Value, Value, Value];
    return { a1, a2, b1, b2, scaling: parseScaling(parts, hints, undefined) };
  },
  // old: ΔW = b2·b1 + (W·a2)·a1          present: ΔW = α/r · (b1·b2 + (W·a1)·a2)
  delta(w, base, { ratio, residual }) {
    const old = isOld(w, base);
    const [aIn, aOut, bIn, bOut] = old ? [w.a1, w.a2, w.b1, w.b2] : [w.a2, w.a1, w.b2, w.b1];
    const rank = sizes(aIn)[0]!;
    if (rank === 0) return undefined;
    const through = shapedAs(base, input(base, aOut, aIn));
    // A block's weight counts for the half that depends on W only, as the extension has it.
    const raw = add(shapedAs(base, matmul(flat(bOut), flat(bIn))), ratio ? mul(through, ratio) : through);
    const factor = old ? (w.scaling.scale ?? 1) : alphaScale(w.scaling, rank);
    return finish(raw, base, factor, { residual });
  },
  init(base, { rank, alpha }, rng): FreshParts {
    const [out = 0, into = 0, ...kernel] = base.shape;
    const points = kernel.map(() => 1);
    return new Map([
      ['a1.weight', kaimingUniform([into, rank, ...points], rng)],
      ['a2.weight', tensor([rank, into, ...points])],
      ['b1.weight', kaimingUniform([out, rank, ...points], rng)],
      ['b2.weight', tensor([rank, into, ...kernel])],
      ['alpha', number(alpha)],
    ]);
  },
  save: (w) =>
    new Map<string, Value | number>([
      ...PARTS.map((part): [string, Value] => [`${part}.weight`, w[part]]),
      ...saveScaling(w.scaling),
    ]),
};

/** Whether a1 and b1 are the thin sides that come in. Throws ShapeError for neither layout. */
function isOld({ a1, a2, b1, b2 }: GLoRa, base: Value): boolean {
  const [a1Rows, a1Columns] = sizes(a1);
  const [a2Rows, a2Columns] = sizes(a2);
  const [b1Rows, b1Columns] = sizes(b1);
  const [b2Rows, b2Columns] = sizes(b2);
  const old = b2Columns === b1Rows && b1Rows === a1Rows && a1Rows === a2Columns;
  const present = b2Rows === b1Columns && b1Columns === a1Columns && a1Columns === a2Rows;
  const [out, into] = sizes(base);
  if (old && present) return a2Rows === out && out === into;
  if (old || present) return old;
  throw new ShapeError('glora', 'four factors of one rank', [...a1.shape, ...a2.shape, ...b1.shape, ...b2.shape]);
}

/** (W · first) · second over the channels that come in, at every place of the kernel. first [in, r], second [r, in]. */
function input(base: Value, first: Value, second: Value): Value {
  const [out = 0, into = 0, ...kernel] = sizes(base);
  const places = numel(kernel);
  const rows = reshape(transpose(reshape(base, [out, into, places]), [0, 2, 1]), [out * places, into]);
  const product = matmul(matmul(rows, flat(first)), flat(second));
  return transpose(reshape(product, [out, places, into]), [0, 2, 1]);
}
