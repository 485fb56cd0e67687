import { describe, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { numel } from '../tensor/index.ts';
import { groupNorm } from './group-norm.ts';

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('groupNorm', () => {
  checkOp<'x' | 'weight' | 'bias', { readonly groups: number; readonly eps: number }>(
    {
      build: ({ x, weight, bias }, attrs) => groupNorm(x, weight, bias, attrs),
      reference({ x, weight, bias }, { groups, eps }) {
        const size = numel(x.shape.slice(1)) / groups;
        const moments = Array.from({ length: x.shape[0]! * groups }, (_, i) => {
          const group = Array.from(x.data.subarray(i * size, (i + 1) * size));
          const center = mean(group);
          return { center, deviation: Math.sqrt(mean(group.map((value) => (value - center) ** 2)) + eps) };
        });
        return tabulate(x.shape, (row, c, ...rest) => {
          const { center, deviation } = moments[row * groups + Math.floor((c * groups) / x.shape[1]!)]!;
          return ((pick(x, row, c, ...rest) - center) / deviation) * pick(weight, c) + pick(bias, c);
        });
      },
    },
    [
      { ins: { x: [2, 4, 3, 3], weight: [4], bias: [4] }, attrs: { groups: 2, eps: 1e-5 } },
      { ins: { x: [1, 4, 5], weight: [4], bias: [4] }, attrs: { groups: 4, eps: 0.5 } },
      { ins: { x: [3, 6], weight: [6], bias: [6] }, attrs: { groups: 2, eps: 1e-6 } },
      {
        ins: { x: ['b', 4, 'h', '2*w'], weight: [4], bias: [4] },
        attrs: { groups: 1, eps: 1e-5 },
        sizes: { b: 2, h: 3, w: 2 },
      },
    ],
  );

  test('refuses channels that make no groups, and weights of another length', () => {
    const [x, four] = [input('x', [1, 4, 3, 3]), input('w', [4])];
    const attrs = { groups: 2, eps: 1e-5 };
    expectShapeError(() => groupNorm(x, four, four, { groups: 3, eps: 1e-5 }), 'groupNorm', [1, 4, 3, 3]);
    expectShapeError(() => groupNorm(input('x', [1, 'c', 3]), four, four, attrs), 'groupNorm', [1, 'c', 3]);
    expectShapeError(() => groupNorm(x, input('w', [3]), four, attrs), 'groupNorm', [3]);
    expectShapeError(() => groupNorm(x, four, input('b', [4, 1]), attrs), 'groupNorm', [4, 1]);
  });
});
