import { ShapeError } from '../errors/index.ts';
import type { Type } from '../graph/index.ts';

/** Throws ShapeError unless `x` has `rank` axes. */
export function checkRank(op: string, x: Type, rank: number): void {
  if (x.shape.length !== rank) throw new ShapeError(op, `${rank} axes`, x.shape);
}

/** Throws ShapeError unless `axis` is one of x's axes, counted from 0. */
export function checkAxis(op: string, x: Type, axis: number): void {
  if (!(Number.isInteger(axis) && axis >= 0 && axis < x.shape.length))
    throw new ShapeError(op, `an axis ${axis}`, x.shape);
}

/** The size of an axis that must be a number, not a symbol. Throws ShapeError. */
export function fixed(op: string, x: Type, axis: number): number {
  const size = x.shape.at(axis);
  if (typeof size !== 'number') throw new ShapeError(op, `a fixed size on axis ${axis}`, x.shape);
  return size;
}
