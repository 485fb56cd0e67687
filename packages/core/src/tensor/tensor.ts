import { ShapeError } from '../errors/index.ts';

/** A float32 tensor on the host: row-major, contiguous. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Number of elements of a shape; 1 for a scalar. */
export function numel(shape: readonly number[]): number {
  return shape.reduce((n, size) => n * size, 1);
}

/** A tensor over `data`, or of zeros. Throws ShapeError when the number of elements differs. */
export function tensor(shape: readonly number[], data: Float32Array = new Float32Array(numel(shape))): Tensor {
  if (data.length !== numel(shape))
    throw new ShapeError('tensor', `${numel(shape)} elements for [${shape.join(', ')}]`, [data.length]);
  return { shape, data };
}
