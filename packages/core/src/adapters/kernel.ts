import type { Value } from '../graph/index.ts';
import { matmul, mul, reshape, transpose } from '../ops/index.ts';
import { numel } from '../tensor/index.ts';
import { flat, sizes } from './scaling.ts';

/**
 * Tucker product: Σ_{a,b} left[o,a] · core[a,b,…] · right[b,i] → [o, i, …].
 * left [o, a], core [a, b, …], right [b, i]; more axes of size 1 do no harm.
 */
export function tucker(left: Value, core: Value, right: Value): Value {
  const [a = 0, b = 0, ...kernel] = sizes(core);
  const places = numel(kernel);
  const rows = matmul(flat(left), reshape(core, [a, b * places]));
  const [out = 0] = sizes(rows);
  const columns = transpose(reshape(rows, [out, b, places]), [0, 2, 1]);
  const product = matmul(columns, flat(right));
  const [, , into = 0] = sizes(product);
  return reshape(transpose(product, [0, 2, 1]), [out, into, ...kernel]);
}

/** Kronecker product of two matrices: [m, n] ⊗ [p, q] → [m·p, n·q]. */
export function kronecker(a: Value, b: Value): Value {
  const [m = 0, n = 0] = sizes(a);
  const [p = 0, q = 0] = sizes(b);
  return reshape(mul(reshape(a, [m, 1, n, 1]), reshape(b, [1, p, 1, q])), [m * p, n * q]);
}
