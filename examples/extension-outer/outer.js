import { AdapterError, ShapeError } from '@graft/core/errors';
import { matmul, mul, reshape } from '@graft/core/ops';
import { tensor } from '@graft/core/tensor';

/**
 * Rows and columns of a weight scaled at once: W′ = W ⊙ (1 + r cᵀ), r for each channel that goes out, c for each that comes in.
 * Files keep `NAME.outer_rows` [out] and `NAME.outer_columns` [in].
 * @type {import('@graft/core/adapters').WeightAdapter<{ rows: import('@graft/core/graph').Value, columns: import('@graft/core/graph').Value }>}
 */
export const outer = {
  name: 'outer',
  parts: ['outer_rows', 'outer_columns'],
  detect: (parts) => parts.has('outer_rows') || parts.has('outer_columns'),
  parse(parts) {
    const [rows, columns] = [parts.need('outer_rows'), parts.need('outer_columns')];
    if (rows.shape.length !== 1 || columns.shape.length !== 1)
      throw new AdapterError(parts.file, `${parts.module} has factors that are no lists`, { key: rows.key });
    return { rows: rows.value, columns: columns.value };
  },
  // ΔW = W ⊙ r cᵀ, the same for all places of a kernel
  delta({ rows, columns }, base, { ratio }) {
    const [out, into, ...kernel] = base.shape;
    if (into === undefined) throw new ShapeError('outer', 'a weight of rows and columns', base.shape);
    const left = reshape(rows, [out, 1]);
    const product = matmul(ratio ? mul(left, ratio) : left, reshape(columns, [1, into]));
    return mul(base, reshape(product, [out, into, ...kernel.map(() => 1)]));
  },
  init(base, _options, rng) {
    const [out = 0, into = 0] = base.shape;
    return new Map([
      ['outer_rows', tensor([out])],
      ['outer_columns', tensor([into], rng.normal(into))],
    ]);
  },
  save: ({ rows, columns }) =>
    new Map([
      ['outer_rows', rows],
      ['outer_columns', columns],
    ]),
};
