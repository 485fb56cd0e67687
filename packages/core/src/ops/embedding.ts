import { ShapeError } from '../errors/index.ts';
import { apply, type Op, type Value } from '../graph/index.ts';
import { checkRank } from './check.ts';

const op: Op<'table' | 'ids'> = {
  name: 'embedding',
  type({ table, ids }) {
    checkRank('embedding', table, 2);
    if (ids.dtype !== 'i64') throw new ShapeError('embedding', 'whole numbers as ids', [ids.dtype]);
    return { shape: [...ids.shape, table.shape[1]!], dtype: table.dtype };
  },
  onnx: (w, { table, ids }) => w.node('Gather', [table, ids], { axis: 0 }),
};

/** Rows of a table. table [n, d], ids [...] i64 in 0…n−1 → [..., d]. */
export function embedding(table: Value, ids: Value): Value {
  return apply(op, { table, ids }, {});
}
