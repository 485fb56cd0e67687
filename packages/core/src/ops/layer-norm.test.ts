import { describe, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, sumOver, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { layerNorm } from './layer-norm.ts';

describe('layerNorm', () => {
  checkOp<'x' | 'weight' | 'bias', { readonly eps: number }>(
    {
      build: ({ x, weight, bias }, { eps }) => layerNorm(x, weight, bias, eps),
      reference({ x, weight, bias }, { eps }) {
        const d = x.shape.at(-1)!;
        return tabulate(x.shape, (...index) => {
          const at = (i: number): number => pick(x, ...index.with(-1, i));
          const mean = sumOver(d, at) / d;
          const variance = sumOver(d, (i) => (at(i) - mean) ** 2) / d;
          const i = index.at(-1)!;
          return ((at(i) - mean) / Math.sqrt(variance + eps)) * pick(weight, i) + pick(bias, i);
        });
      },
    },
    [
      { ins: { x: [2, 5], weight: [5], bias: [5] }, attrs: { eps: 1e-5 } },
      { ins: { x: ['b', 'n', 8], weight: [8], bias: [8] }, attrs: { eps: 0.3 }, sizes: { b: 2, n: 3 } },
    ],
  );

  test('refuses weights of another length', () => {
    const [x, four, five] = [input('x', [2, 5]), input('w', [4]), input('w', [5])];
    expectShapeError(() => layerNorm(x, four, five, 1e-5), 'layerNorm', [4]);
    expectShapeError(() => layerNorm(x, five, four, 1e-5), 'layerNorm', [4]);
  });
});
