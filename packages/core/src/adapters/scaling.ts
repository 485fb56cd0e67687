import { ShapeError } from '../errors/index.ts';
import { constant, dimProduct, sameShape, scalar, type Value } from '../graph/index.ts';
import { add, concat, matmul, mul, reshape } from '../ops/index.ts';
import { numel } from '../tensor/index.ts';
import type { DeltaOptions, Hints, Parts } from './adapter.ts';

/** The numbers that scale a raw delta. */
export interface Scaling {
  readonly alpha?: number;
  /** Stands for alpha/rank where the file has it. */
  readonly scale?: number;
}

/** Reads `alpha` and `scale`. A configuration's scale counts where the file has no alpha; it becomes one where there is a rank. */
export function parseScaling(parts: Parts, hints: Hints, rank: number | undefined): Scaling {
  const alpha = parts.number('alpha');
  const scale = parts.number('scale');
  if (scale !== undefined) return alpha === undefined ? { scale } : { alpha, scale };
  if (alpha !== undefined) return { alpha };
  if (hints.scale === undefined) return {};
  return rank === undefined ? { scale: hints.scale } : { alpha: hints.scale * rank };
}

export function saveScaling({ alpha, scale }: Scaling): [string, number][] {
  return [...saved('alpha', alpha), ...saved('scale', scale)];
}

/** A part to be written, if it is there. */
export function saved<T>(part: string, value: T | undefined): [string, T][] {
  return value === undefined ? [] : [[part, value]];
}

/**
 * alpha/rank; 1 without alpha or without a rank; `scale` where the file has it.
 * A1111 `network.py` calc_scale. A stored alpha of 0 silences the layer there, and here.
 */
export function alphaScale({ alpha, scale }: Scaling, rank: number | undefined): number {
  if (scale !== undefined) return scale;
  return alpha === undefined || rank === undefined || rank === 0 ? 1 : alpha / rank;
}

/** (ratio · raw + residual) · factor, in the shape of the base: the order of A1111's finalize_updown. */
export function finish(raw: Value, base: Value, factor: number, { ratio, residual }: DeltaOptions): Value {
  const weighted = shapedAs(base, ratio ? times(raw, ratio) : raw);
  return times(residual ? add(weighted, shapedAs(base, residual)) : weighted, factor);
}

/** x · factor, without an operation where the factor is 1. A product of matrices is scaled in the smaller of the two. */
export function times(x: Value, factor: number | Value): Value {
  return factor === 1 ? x : (scaledInside(x, factor) ?? mul(x, typeof factor === 'number' ? scalar(factor) : factor));
}

/** The same value with the factor inside a product of matrices that it is made from; undefined where there is none. */
function scaledInside(x: Value, factor: number | Value): Value | undefined {
  const { a, b, x: from } = x.ins;
  switch (x.op.name) {
    case 'matmul':
      return dimCount(a!) <= dimCount(b!) ? matmul(times(a!, factor), b!) : matmul(a!, times(b!, factor));
    case 'mul': {
      const inner = scaledInside(a!, factor);
      return inner && mul(inner, b!);
    }
    case 'reshape': {
      const inner = scaledInside(from!, factor);
      return inner && reshape(inner, x.shape);
    }
    default:
      return undefined;
  }
}

function dimCount({ shape }: Value): number {
  return numel(shape.map(Number));
}

/** Channels of a picture's latent, and of it with a mask and a masked picture. */
const LATENT = 4;
const INPAINTING = 9;

/**
 * A delta in the shape of the base. Factors of convolutions stored flat and the other way round are only another spelling.
 * A delta for the 4 channels of a plain model's first layer leaves an inpainting model's other 5 as they are (A1111).
 * Throws ShapeError.
 */
export function shapedAs(base: Value, delta: Value): Value {
  if (dimProduct(delta.shape) === dimProduct(base.shape)) return reshape(delta, base.shape);
  const [out = 0, into, height = 0, width = 0] = sizes(base);
  const plain = [out, LATENT, height, width];
  if (into === INPAINTING && dimProduct(delta.shape) === numel(plain)) {
    const rest = [out, INPAINTING - LATENT, height, width];
    return concat(reshape(delta, plain), constant(new Float32Array(numel(rest)), rest), 1);
  }
  throw new ShapeError('adapter', `a change of [${base.shape.join(', ')}]`, delta.shape);
}

/** Sizes as numbers: weights have no symbolic ones. */
export function sizes({ shape }: { readonly shape: Value['shape'] }): number[] {
  return shape.map(Number);
}

/** [n, …] → [n, rest]. */
export function flat(x: Value): Value {
  const [rows = 1, ...rest] = sizes(x);
  return sameShape(x.shape, [rows, numel(rest)]) ? x : reshape(x, [rows, numel(rest)]);
}
