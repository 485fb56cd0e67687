import { describe, test } from 'vitest';
import { input, type Shape } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, sumOver, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { attention } from './attention.ts';

describe('attention', () => {
  checkOp<'q' | 'k' | 'v', { readonly heads: number; readonly causal: boolean }>(
    {
      build: ({ q, k, v }, attrs) => attention(q, k, v, attrs),
      reference({ q, k, v }, { heads, causal }) {
        const [b = 0, n = 0, width = 0] = q.shape;
        const [, m = 0, out = 0] = v.shape;
        const d = width / heads;
        return tabulate([b, n, out], (row, i, o) => {
          const from = Math.floor(o / (out / heads)) * d;
          const seen = causal ? i + 1 : m;
          const e = (j: number): number =>
            Math.exp(sumOver(d, (c) => pick(q, row, i, from + c) * pick(k, row, j, from + c)) / Math.sqrt(d));
          return sumOver(seen, (j) => e(j) * pick(v, row, j, o)) / sumOver(seen, e);
        });
      },
    },
    [
      { ins: { q: [2, 3, 8], k: [2, 5, 8], v: [2, 5, 8] }, attrs: { heads: 2, causal: false } },
      { ins: { q: [2, 4, 6], k: [2, 4, 6], v: [2, 4, 6] }, attrs: { heads: 3, causal: true } },
      { ins: { q: [1, 3, 4], k: [1, 2, 4], v: [1, 2, 6] }, attrs: { heads: 2, causal: false } },
      { ins: { q: [1, 1, 4], k: [1, 1, 4], v: [1, 1, 4] }, attrs: { heads: 1, causal: true } },
      {
        ins: { q: ['b', 'h*w', 8], k: ['b', 'n', 8], v: ['b', 'n', 8] },
        attrs: { heads: 4, causal: false },
        sizes: { b: 2, h: 2, w: 3, n: 4 },
      },
    ],
  );

  test.each<[string, Shape, Shape, Shape, Shape]>([
    ['a query that is no sequence', [3, 8], [2, 5, 8], [2, 5, 8], [3, 8]],
    ['a width that the heads do not divide', [2, 3, 6], [2, 5, 6], [2, 5, 8], [2, 3, 6]],
    ['a width of values that the heads do not divide', [2, 3, 8], [2, 5, 8], [2, 5, 6], [2, 5, 6]],
    ['a width that is no number', [2, 3, 'd'], [2, 5, 'd'], [2, 5, 8], [2, 3, 'd']],
    ['keys of another width', [2, 3, 8], [2, 5, 4], [2, 5, 8], [2, 5, 4]],
    ['keys of another batch', [2, 3, 8], [1, 5, 8], [1, 5, 8], [1, 5, 8]],
    ['more values than keys', [2, 3, 8], [2, 5, 8], [2, 6, 8], [2, 6, 8]],
    ['values of another batch', [2, 3, 8], [2, 5, 8], [1, 5, 8], [1, 5, 8]],
  ])('refuses %s', (_, q, k, v, got) => {
    const attrs = { heads: 4, causal: false };
    expectShapeError(() => attention(input('q', q), input('k', k), input('v', v), attrs), 'attention', got);
  });
});
