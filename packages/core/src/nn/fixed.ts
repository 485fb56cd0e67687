import { ShapeError } from '../errors/index.ts';
import type { Value } from '../graph/index.ts';

/** The size of an axis that a network needs as a number. Throws ShapeError where it is symbolic. */
export function fixed(x: Value, axis: number): number {
  const size = x.shape.at(axis);
  if (typeof size !== 'number') throw new ShapeError('network', `a fixed size on axis ${axis}`, x.shape);
  return size;
}
