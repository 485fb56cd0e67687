import { describe, expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, sumOver, tabulate } from '../testing/vitest/nd.ts';
import { softmax } from './softmax.ts';

describe('softmax', () => {
  checkOp<'x', { readonly axis: number }>(
    {
      build: ({ x }, { axis }) => softmax(x, axis),
      reference: ({ x }, { axis }) =>
        tabulate(x.shape, (...index) => {
          const e = (i: number): number => Math.exp(pick(x, ...index.with(axis, i)));
          return e(index[axis]!) / sumOver(x.shape[axis]!, e);
        }),
    },
    [
      { ins: { x: [2, 5] }, attrs: { axis: 1 } },
      { ins: { x: [2, 3, 4] }, attrs: { axis: 1 } },
      { ins: { x: ['b', 'n'] }, attrs: { axis: 0 }, sizes: { b: 3, n: 2 } },
    ],
  );

  test.each([2, -1, 0.5])('refuses axis %s of a matrix', (axis) => {
    expect(() => softmax(input('x', [2, 5]), axis)).toThrowError(
      expect.objectContaining({ name: 'ShapeError', code: 'shape', at: 'softmax', got: [2, 5] }),
    );
  });
});
