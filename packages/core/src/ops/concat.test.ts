import { describe, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { concat } from './concat.ts';

describe('concat', () => {
  checkOp<'a' | 'b', { readonly axis: number }>(
    {
      build: ({ a, b }, { axis }) => concat(a, b, axis),
      reference({ a, b }, { axis }) {
        const size = a.shape[axis]!;
        return tabulate(a.shape.with(axis, size + b.shape[axis]!), (...index) => {
          const i = index[axis]!;
          return i < size ? pick(a, ...index) : pick(b, ...index.with(axis, i - size));
        });
      },
    },
    [
      { ins: { a: [2, 3], b: [1, 3] }, attrs: { axis: 0 } },
      { ins: { a: [2, 3, 2], b: [2, 2, 2] }, attrs: { axis: 1 } },
      { ins: { a: ['b', 3, 'h'], b: ['b', 1, 'h'] }, attrs: { axis: 1 }, sizes: { b: 2, h: 3 } },
    ],
  );

  test('refuses other ranks, other sizes beside the axis, symbolic sizes along it, and an axis that is not there', () => {
    const a = input('a', [2, 3]);
    expectShapeError(() => concat(a, input('b', [2, 3, 1]), 1), 'concat', [2, 3, 1]);
    expectShapeError(() => concat(a, input('b', [1, 3]), 1), 'concat', [1, 3]);
    expectShapeError(() => concat(a, input('b', [2, 'n']), 1), 'concat', [3, 'n']);
    expectShapeError(() => concat(a, input('b', [2, 3]), 2), 'concat', [2, 3]);
  });
});
