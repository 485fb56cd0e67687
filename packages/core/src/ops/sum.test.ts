import { describe, expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp, tabulate } from '../testing/vitest/index.ts';
import { sum } from './sum.ts';

describe('sum', () => {
  checkOp<'x', { readonly axes: readonly number[] }>(
    {
      build: ({ x }, { axes }) => sum(x, axes),
      reference({ x }, { axes }) {
        const small = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
        const out = new Map<string, number>();
        let at = 0;
        tabulate(x.shape, (...index) => {
          const key = index.map((i, axis) => (axes.includes(axis) ? 0 : i)).join();
          out.set(key, (out.get(key) ?? 0) + x.data[at++]!);
          return 0;
        });
        return tabulate(small, (...index) => out.get(index.join())!);
      },
    },
    [
      { ins: { x: [2, 5] }, attrs: { axes: [1] } },
      { ins: { x: [2, 3, 4] }, attrs: { axes: [0, 2] } },
      { ins: { x: [3, 2] }, attrs: { axes: [0, 1] } },
    ],
  );

  test('over no axis is the value itself', () => {
    const x = input('x', [2, 3]);
    expect(sum(x, [])).toBe(x);
  });

  test('refuses an axis outside the rank', () => {
    expect(() => sum(input('x', [2, 3]), [2])).toThrowError(expect.objectContaining({ code: 'shape', got: [2, 3] }));
  });
});
