import { describe, expect, test } from 'vitest';
import { input, type Shape } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { reshape } from './reshape.ts';

describe('reshape', () => {
  const sizes = { b: 2, h: 3, w: 4 };
  checkOp<'x', { readonly shape: Shape }>(
    { build: ({ x }, { shape }) => reshape(x, shape), reference: ({ x }) => x.data },
    [
      { ins: { x: [2, 6] }, attrs: { shape: [3, 4] } },
      { ins: { x: [1] }, attrs: { shape: [] } },
      { ins: { x: ['b', 6] }, attrs: { shape: ['b', 2, 3] }, sizes },
      { ins: { x: ['b', 'h', 'w', 5] }, attrs: { shape: ['b', 'h*w', 5] }, sizes },
      { ins: { x: ['b', 'h', 'w', 6] }, attrs: { shape: ['b*h', '2*w', 3] }, sizes },
      { ins: { x: ['b', '2*h', 3] }, attrs: { shape: ['h', 'b', 6] }, sizes },
      { ins: { x: [4, 'h*w', 'b'] }, attrs: { shape: ['h*w', 'b', 4] }, sizes },
    ],
  );

  test('to its own shape is nothing', () => {
    const x = input('x', [2, 'n']);
    expect(reshape(x, [2, 'n'])).toBe(x);
  });

  test.each<[Shape, Shape]>([
    [[2, 3], [5]],
    [['n', 2], ['n']],
    [
      ['n', 2],
      ['m', 2],
    ],
  ])('refuses [%s] as [%s]', (from, to) => {
    expectShapeError(() => reshape(input('x', from), to), 'reshape', from);
  });
});
