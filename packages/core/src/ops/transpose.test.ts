import { describe, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { transpose } from './transpose.ts';

describe('transpose', () => {
  checkOp<'x', { readonly order: readonly number[] }>(
    {
      build: ({ x }, { order }) => transpose(x, order),
      reference: ({ x }, { order }) =>
        tabulate(
          order.map((axis) => x.shape[axis]!),
          (...index) => pick(x, ...order.map((_, axis) => index[order.indexOf(axis)]!)),
        ),
    },
    [
      { ins: { x: [2, 3] }, attrs: { order: [1, 0] } },
      { ins: { x: [2, 3, 4] }, attrs: { order: [2, 0, 1] } },
      { ins: { x: ['b', 3, 'h', 'w'] }, attrs: { order: [0, 2, 3, 1] }, sizes: { b: 2, h: 2, w: 4 } },
    ],
  );

  test.each([[[0]], [[0, 0]], [[0, 2]], [[1, -1]], [[0, 1, 2]]])('refuses the order [%s] of a matrix', (order) => {
    expectShapeError(() => transpose(input('x', [2, 3]), order), 'transpose', order);
  });
});
