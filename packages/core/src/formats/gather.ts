import { numel } from '../tensor/index.ts';

/** A view over bytes: strides count elements of `bytes` bytes. */
export interface View {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly bytes: number;
}

/** Row-major without gaps; the stride of an axis of one element does not matter. */
export function isContiguous({ size, stride }: Omit<View, 'bytes'>): boolean {
  let next = 1;
  for (let axis = size.length - 1; axis >= 0; axis--) {
    if (size[axis] !== 1 && stride[axis] !== next) return numel(size) === 0;
    next *= size[axis]!;
  }
  return true;
}

/** Copies the elements of a view, whose first one is `from`'s first byte, in row-major order into `out`. */
export function gather(from: Uint8Array, { size, stride, bytes }: View, out: Uint8Array): Uint8Array {
  const rank = size.length;
  const index = size.map(() => 0);
  const row = size[rank - 1] ?? 1;
  const step = (stride[rank - 1] ?? 1) * bytes;
  let start = 0;
  for (let at = 0; at < out.length;) {
    for (let i = 0, source = start; i < row; i++, source += step)
      for (let k = 0; k < bytes; k++) out[at++] = from[source + k]!;
    // The next row: carry through the outer axes.
    for (let axis = rank - 2; axis >= 0; axis--) {
      start += stride[axis]! * bytes;
      if (++index[axis]! < size[axis]!) break;
      start -= index[axis]! * stride[axis]! * bytes;
      index[axis] = 0;
    }
  }
  return out;
}
