import { AdapterError } from '../errors/index.ts';
import type { Value } from '../graph/index.ts';
import { add, reshape, scatter } from '../ops/index.ts';
import { numel } from '../tensor/index.ts';
import type { Parts, SavedParts, Whole } from './adapter.ts';
import { mismatch } from './complain.ts';
import { saved, shapedAs } from './scaling.ts';

/** What an extraction keeps beside the low-rank part: added to the raw delta before its scale. */
export interface Residual {
  /** Of every element (A1111's part `bias`). */
  readonly dense?: Value;
  /** Of the largest elements of the flattened delta (LyCORIS' extraction). */
  readonly sparse?: {
    readonly values: Value;
    /** Rows and then columns, as stored. */
    readonly indices: readonly number[];
    /** Rows and columns of the flattened delta. */
    readonly size: readonly [number, number];
  };
}

/** The residuals of a module, if it has any. Throws AdapterError for indices outside. */
export function parseResidual(parts: Parts): Residual | undefined {
  const dense = parts.get('bias');
  const sparse = parseSparse(parts);
  return dense || sparse ? { ...(dense ? { dense: dense.value } : {}), ...(sparse ? { sparse } : {}) } : undefined;
}

function parseSparse(parts: Parts): Residual['sparse'] {
  if (!['bias_values', 'bias_indices', 'bias_size'].some((part) => parts.has(part))) return undefined;
  const values = parts.need('bias_values');
  const places = parts.need('bias_indices');
  const limits = parts.need('bias_size');
  const count = numel(values.shape);
  if (numel(places.shape) !== 2 * count) throw mismatch(parts, places, `[2, ${count}]`);
  if (numel(limits.shape) !== 2) throw mismatch(parts, limits, '[2]');
  // Written as int16: sizes above 32767 come out negative.
  const whole = (number: number): number => (number < 0 ? number + 0x10000 : number);
  const size = Array.from(limits.data!, whole) as [number, number];
  const indices = Array.from(places.data!, whole);
  const outside = indices.find((index, i) => index >= size[i < count ? 0 : 1]);
  if (outside !== undefined)
    throw new AdapterError(parts.file, `${places.key} points at ${outside}, outside its [${size.join(', ')}]`, {
      key: places.key,
    });
  return { values: values.value, indices, size };
}

export function saveResidual({ dense, sparse }: Residual): SavedParts {
  return new Map<string, Value | Whole>([
    ...saved('bias', dense),
    ...saved('bias_values', sparse?.values),
    ...saved('bias_indices', sparse && { shape: [2, sparse.indices.length / 2], whole: sparse.indices }),
    ...saved('bias_size', sparse && { shape: [2], whole: sparse.size }),
  ]);
}

/** The residual in the shape of the base, for graphs. Throws ShapeError. */
export function residualOf({ dense, sparse }: Residual, base: Value): Value {
  const parts: Value[] = dense ? [shapedAs(base, dense)] : [];
  if (sparse) {
    const { values, indices, size } = sparse;
    const count = indices.length / 2;
    const places = Array.from({ length: count }, (_, i) => indices[i]! * size[1] + indices[i + count]!);
    parts.push(shapedAs(base, scatter(reshape(values, [count]), { places, size: size[0] * size[1] })));
  }
  return parts.reduce((a, b) => add(a, b));
}
