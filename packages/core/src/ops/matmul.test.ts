import { describe, test } from 'vitest';
import { input, type Shape } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, sumOver, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { matmul } from './matmul.ts';

describe('matmul', () => {
  checkOp<'a' | 'b'>(
    {
      build: ({ a, b }) => matmul(a, b),
      reference: ({ a, b }) =>
        tabulate(a.shape.with(-1, b.shape.at(-1)!), (...index) =>
          sumOver(a.shape.at(-1)!, (k) => pick(a, ...index.with(-1, k)) * pick(b, ...index.with(-2, k))),
        ),
    },
    [
      { ins: { a: [2, 3], b: [3, 4] } },
      { ins: { a: [5, 2, 3], b: [5, 3, 4] } },
      { ins: { a: [2, 2, 2, 3], b: [3, 1] } },
      { ins: { a: ['b', 'n', 3], b: ['b', 3, 'm'] }, sizes: { b: 2, n: 3, m: 4 } },
      { ins: { a: [2, 'n'], b: ['n', 2] }, sizes: { n: 3 } },
    ],
  );

  test.each<[Shape, Shape]>([
    [
      [2, 3],
      [4, 3],
    ],
    [[3], [3, 4]],
    [[2, 3], [3]],
    [
      [5, 2, 3],
      [4, 3, 4],
    ],
    [
      [2, 3],
      [1, 3, 4],
    ],
    [
      [2, 'n'],
      ['m', 2],
    ],
  ])('refuses [%s]·[%s]', (a, b) => {
    expectShapeError(() => matmul(input('a', a), input('b', b)), 'matmul', b);
  });
});
