import { describe, expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { cropLike } from './crop-like.ts';

describe('cropLike', () => {
  checkOp<'x' | 'like'>(
    {
      build: ({ x, like }) => cropLike(x, like),
      reference: ({ x, like }) =>
        tabulate([...x.shape.slice(0, 2), ...like.shape.slice(2)], (...index) => pick(x, ...index)),
    },
    [
      { ins: { x: [2, 3, 4, 5], like: [1, 1, 3, 5] } },
      {
        ins: { x: ['b', 3, '2*h', 'w'], like: ['b', 1, 'h', 'v'] },
        sizes: { b: 2, h: 2, w: 4, v: 3 },
      },
    ],
  );

  test('of equal sizes is nothing', () => {
    const x = input('x', [2, 3, 'h', 'w']);
    expect(cropLike(x, input('like', [1, 1, 'h', 'w']))).toBe(x);
  });

  test('refuses what is no picture or larger', () => {
    const x = input('x', [2, 3, 4, 5]);
    expectShapeError(() => cropLike(x, input('like', [4, 5])), 'cropLike', [2, 3, 4, 5]);
    expectShapeError(() => cropLike(x, input('like', [1, 1, 5, 5])), 'cropLike', [1, 1, 5, 5]);
  });
});
