import { describe, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { slice } from './slice.ts';

interface Attrs {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

describe('slice', () => {
  checkOp<'x', Attrs>(
    {
      build: ({ x }, attrs) => slice(x, attrs),
      reference: ({ x }, { axis, start, end }) =>
        tabulate(x.shape.with(axis, end - start), (...index) => pick(x, ...index.with(axis, index[axis]! + start))),
    },
    [
      { ins: { x: [5] }, attrs: { axis: 0, start: 1, end: 3 } },
      { ins: { x: [2, 4, 3] }, attrs: { axis: 1, start: 0, end: 4 } },
      { ins: { x: ['b', 'n', 6] }, attrs: { axis: 2, start: 3, end: 6 }, sizes: { b: 2, n: 3 } },
      { ins: { x: ['b', 'n', 2] }, attrs: { axis: 1, start: 0, end: 1 }, sizes: { b: 2, n: 3 } },
    ],
  );

  test.each<[string, Attrs]>([
    ['beyond the end', { axis: 1, start: 1, end: 4 }],
    ['before the start', { axis: 1, start: -1, end: 2 }],
    ['turned round', { axis: 1, start: 2, end: 1 }],
    ['of an axis that is not there', { axis: 2, start: 0, end: 1 }],
  ])('refuses a part %s', (_, attrs) => {
    expectShapeError(() => slice(input('x', [2, 3]), attrs), 'slice', [2, 3]);
  });
});
