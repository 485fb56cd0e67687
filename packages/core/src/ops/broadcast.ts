import { ShapeError } from '../errors/index.ts';
import type { Dim, Type } from '../graph/index.ts';

/** Type of an element-wise operation on two operands (numpy's rule). Throws ShapeError. */
export function broadcast(op: string, a: Type, b: Type): Type {
  if (a.dtype !== b.dtype) throw new ShapeError(op, `two operands of type ${a.dtype}`, [b.dtype]);
  const rank = Math.max(a.shape.length, b.shape.length);
  const shape: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const left = a.shape[i - rank + a.shape.length] ?? 1;
    const right = b.shape[i - rank + b.shape.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(op, `operands that broadcast, the first [${a.shape.join(', ')}]`, b.shape);
    }
    shape.push(left === 1 ? right : left);
  }
  return { shape, dtype: a.dtype };
}
