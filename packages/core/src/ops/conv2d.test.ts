import { describe, expect, test } from 'vitest';
import { input, type Shape } from '../graph/index.ts';
import { checkOp, type OpCase, type OpUnderTest } from '../testing/vitest/check-op.ts';
import { pick, sumOver, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import type { Tensor } from '../tensor/index.ts';
import { conv2d } from './conv2d.ts';

interface Attrs {
  readonly stride: number;
  readonly pads: readonly [number, number, number, number];
  readonly wrap: boolean;
}

const attrs = (stride: number, pads: Attrs['pads'], wrap = false): Attrs => ({ stride, pads, wrap });
const SAME: Attrs['pads'] = [1, 1, 1, 1];

function reference({ x, weight, bias }: Record<'x' | 'weight', Tensor> & { bias?: Tensor }, at: Attrs): number[] {
  const [b = 0, channels = 0, height = 0, width = 0] = x.shape;
  const [out = 0, , tall = 0, wide = 0] = weight.shape;
  const [top, left, bottom, right] = at.pads;
  const pixel = (row: number, c: number, y: number, z: number): number => {
    if (at.wrap) return pick(x, row, c, (y + height) % height, (z + width) % width);
    return y < 0 || z < 0 || y >= height || z >= width ? 0 : pick(x, row, c, y, z);
  };
  const rows = Math.floor((height + top + bottom - tall) / at.stride) + 1;
  const columns = Math.floor((width + left + right - wide) / at.stride) + 1;
  return tabulate(
    [b, out, rows, columns],
    (row, o, y, z) =>
      sumOver(channels, (c) =>
        sumOver(tall, (dy) =>
          sumOver(
            wide,
            (dx) => pick(weight, o, c, dy, dx) * pixel(row, c, y * at.stride + dy - top, z * at.stride + dx - left),
          ),
        ),
      ) + (bias ? pick(bias, o) : 0),
  );
}

const op: OpUnderTest<'x' | 'weight', Attrs> = {
  build: ({ x, weight }, at) => conv2d(x, weight, undefined, at),
  reference,
};

const CASES: readonly OpCase<'x' | 'weight', Attrs>[] = [
  { ins: { x: [2, 3, 4, 5], weight: [2, 3, 3, 3] }, attrs: attrs(1, SAME) },
  { ins: { x: [1, 2, 5, 4], weight: [3, 2, 1, 1] }, attrs: attrs(1, [0, 0, 0, 0]) },
  { ins: { x: [1, 2, 5, 6], weight: [1, 2, 3, 1] }, attrs: attrs(1, [0, 0, 0, 0]) },
  { ins: { x: [1, 2, 5, 4], weight: [2, 2, 3, 3] }, attrs: attrs(2, SAME) },
  { ins: { x: [1, 2, 4, 4], weight: [2, 2, 3, 3] }, attrs: attrs(2, [0, 0, 1, 1]) },
  { ins: { x: [1, 2, 4, 4], weight: [2, 2, 2, 2] }, attrs: attrs(2, [0, 0, 0, 0]) },
  { ins: { x: [1, 2, 4, 4], weight: [2, 2, 7, 7] }, attrs: attrs(1, [3, 3, 3, 3]) },
  { ins: { x: [2, 2, 3, 4], weight: [2, 2, 3, 3] }, attrs: attrs(1, SAME, true) },
  { ins: { x: [1, 2, 4, 4], weight: [2, 2, 3, 3] }, attrs: attrs(2, SAME, true) },
  { ins: { x: ['b', 2, 'h', 'w'], weight: [2, 2, 3, 3] }, attrs: attrs(1, SAME), sizes: { b: 2, h: 3, w: 4 } },
  { ins: { x: ['b', 2, 'h', 'w'], weight: [2, 2, 3, 3] }, attrs: attrs(2, SAME), sizes: { b: 1, h: 5, w: 4 } },
  { ins: { x: ['b', 2, '2*h', '4*w'], weight: [2, 2, 3, 3] }, attrs: attrs(2, SAME), sizes: { b: 1, h: 3, w: 1 } },
  {
    ins: { x: [1, 2, '2*h', '2*w'], weight: [2, 2, 3, 3] },
    attrs: attrs(2, [0, 0, 1, 1]),
    sizes: { h: 2, w: 3 },
  },
];

describe('conv2d', () => {
  checkOp(op, CASES);
  checkOp<'x' | 'weight' | 'bias', Attrs>(
    { build: ({ x, weight, bias }, at) => conv2d(x, weight, bias, at), reference },
    [{ ins: { x: [2, 2, 3, 3], weight: [3, 2, 3, 3], bias: [3] }, attrs: attrs(1, SAME) }],
  );

  test('halves a symbolic size exactly where it is even, else to a name of its own', () => {
    const shapeOf = (size: string): Shape =>
      conv2d(input('x', [1, 2, size, size]), input('w', [2, 2, 3, 3]), undefined, attrs(2, SAME)).shape;
    expect(shapeOf('8*h')).toEqual([1, 2, '4*h', '4*h']);
    expect(shapeOf('h')).toEqual([1, 2, 'ceil(h/2)', 'ceil(h/2)']);
    expect(shapeOf('ceil(h/2)')).toEqual([1, 2, 'ceil(ceil(h/2)/2)', 'ceil(ceil(h/2)/2)']);
  });

  test.each<[string, Shape, Shape, Shape | undefined, Attrs, Shape]>([
    ['what is no picture', [2, 3, 4], [2, 3, 3, 3], undefined, attrs(1, SAME), [2, 3, 4]],
    ['a weight that is no kernel', [1, 3, 4, 4], [2, 3], undefined, attrs(1, SAME), [2, 3]],
    ['a weight for other channels', [1, 3, 4, 4], [2, 4, 3, 3], undefined, attrs(1, SAME), [2, 4, 3, 3]],
    ['a bias of another length', [1, 3, 4, 4], [2, 3, 3, 3], [3], attrs(1, SAME), [3]],
    ['a picture smaller than the kernel', [1, 3, 2, 4], [2, 3, 5, 5], undefined, attrs(1, SAME), [2]],
    ['a symbolic size that shrinks', [1, 3, 'h', 4], [2, 3, 3, 3], undefined, attrs(1, [0, 0, 0, 0]), ['h', 3, 0, 1]],
    ['an odd symbolic half', [1, 3, 'h', 4], [2, 3, 3, 3], undefined, attrs(2, [0, 0, 1, 1]), ['h', 3, 1, 2]],
  ])('refuses %s', (_, x, weight, bias, at, got) => {
    const make = () => conv2d(input('x', x), input('w', weight), bias && input('b', bias), at);
    expectShapeError(make, 'conv2d', got);
  });
});
