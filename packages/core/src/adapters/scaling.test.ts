import { describe, expect, test } from 'vitest';
import { constant } from '../graph/index.ts';
import { tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/index.ts';
import { evaluate } from '../testing/vitest/run.ts';
import type { Hints } from './adapter.ts';
import { createParts, hostParts } from './parts.ts';
import { alphaScale, finish, flat, parseScaling, saveScaling, shapedAs, times } from './scaling.ts';

const number = (value: number): ReturnType<typeof tensor> => tensor([], Float32Array.of(value));
const read = (
  numbers: Readonly<Record<string, number>>,
  hints: Hints = {},
  rank?: number,
): ReturnType<typeof parseScaling> =>
  parseScaling(
    createParts(
      'file',
      'layer',
      hostParts('layer', new Map(Object.entries(numbers).map(([part, value]) => [part, number(value)]))),
    ),
    hints,
    rank,
  );
const values = (...numbers: number[]): Float32Array => Float32Array.from(numbers);

describe('alpha and scale', () => {
  test.each([
    [{ alpha: 2 }, {}, 4, 0.5],
    [{ alpha: 0 }, {}, 4, 0],
    [{}, {}, 4, 1],
    [{ alpha: 2 }, {}, undefined, 1],
    [{ alpha: 2, scale: 0.75 }, {}, 4, 0.75],
    [{ scale: 0.75 }, {}, 4, 0.75],
    [{}, { scale: 3 }, 4, 3],
    [{}, { scale: 3 }, undefined, 3],
    [{ alpha: 2 }, { scale: 3 }, 4, 0.5],
    [{ alpha: 2 }, {}, 0, 1],
  ])('%o with %o at rank %s', (numbers, hints, rank, expected) => {
    const scaling = read(numbers, hints, rank);
    expect(alphaScale(scaling, rank)).toBe(expected);
  });

  test('are written as they were read', () => {
    expect(saveScaling({ alpha: 2 })).toEqual([['alpha', 2]]);
    expect(saveScaling({ scale: 0.5, alpha: 0 })).toEqual([
      ['alpha', 0],
      ['scale', 0.5],
    ]);
    expect(saveScaling({})).toEqual([]);
    expect(read({ alpha: 2 })).toEqual({ alpha: 2 });
  });
});

describe('finish', () => {
  test('weighs the raw change, adds the residual, then scales', async () => {
    const base = constant(new Float32Array(2), [1, 2]);
    const raw = constant(values(1, 2), [2, 1]);
    const options = { ratio: constant(values(10), []), residual: constant(values(3, 4), [1, 2]) };
    const { out } = await evaluate({ out: finish(raw, base, 0.5, options) }, {});
    expect(out.shape).toEqual([1, 2]);
    expectClose(out.data, values(6.5, 12));
  });

  test('a factor of 1 is no operation', () => {
    const x = constant(values(1), [1]);
    expect(times(x, 1)).toBe(x);
    expect(times(x, 2)).not.toBe(x);
  });
});

describe('shapedAs', () => {
  test('spells a convolution stored flat', () => {
    expect(
      shapedAs(constant(new Float32Array(36), [2, 2, 3, 3]), constant(new Float32Array(36), [2, 18])).shape,
    ).toEqual([2, 2, 3, 3]);
  });

  test('leaves the other channels of an inpainting layer as they are', async () => {
    const base = constant(new Float32Array(9), [1, 9, 1, 1]);
    const { out } = await evaluate({ out: shapedAs(base, constant(values(1, 2, 3, 4), [1, 4, 1, 1])) }, {});
    expect([...out.data]).toEqual([1, 2, 3, 4, 0, 0, 0, 0, 0]);
  });

  test('refuses other sizes', () => {
    expect(() => shapedAs(constant(new Float32Array(4), [2, 2]), constant(new Float32Array(3), [3]))).toThrowError(
      expect.objectContaining({ code: 'shape', got: [3] }),
    );
  });
});

test('flat keeps the rows', () => {
  expect(flat(constant(new Float32Array(24), [2, 3, 2, 2])).shape).toEqual([2, 12]);
  expect(flat(constant(new Float32Array(3), [3])).shape).toEqual([3, 1]);
  const already = constant(new Float32Array(6), [2, 3]);
  expect(flat(already)).toBe(already);
});
