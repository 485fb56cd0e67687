import { describe, expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { tileRows } from './tile-rows.ts';

describe('tileRows', () => {
  checkOp<'x' | 'like'>(
    {
      build: ({ x, like }) => tileRows(x, like),
      reference: ({ x, like }) =>
        tabulate([like.shape[0]!, ...x.shape.slice(1)], (row, ...rest) => pick(x, row % x.shape[0]!, ...rest)),
    },
    [
      { ins: { x: [2, 3], like: [6] } },
      { ins: { x: [2], like: [4, 5] } },
      { ins: { x: ['b', 3, 'h'], like: ['r', 1] }, sizes: { b: 2, r: 6, h: 2 } },
      { ins: { x: ['b', 2], like: ['r', 1] }, sizes: { b: 2, r: 2 } },
      { ins: { x: [1, 2], like: ['r', 1] }, sizes: { r: 3 } },
    ],
  );

  test('of as many rows is nothing', () => {
    const x = input('x', ['b', 2]);
    expect(tileRows(x, input('like', ['b', 7]))).toBe(x);
  });

  test('refuses scalars, and rows that are no multiple', () => {
    const [x, one] = [input('x', [2, 3]), input('one', [])];
    expectShapeError(() => tileRows(x, input('like', [3])), 'tileRows', [3]);
    expectShapeError(() => tileRows(one, x), 'tileRows', []);
    expectShapeError(() => tileRows(x, one), 'tileRows', [2, 3]);
  });
});
