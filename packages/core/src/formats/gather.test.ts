import { describe, expect, test } from 'vitest';
import { gather, isContiguous } from './gather.ts';

const BYTES = Uint8Array.from({ length: 48 }, (_, i) => i);

/** The definition: every index, its offset by the strides. */
function byDefinition(size: readonly number[], stride: readonly number[], bytes: number): number[] {
  const offsets = size.reduce<number[]>(
    (list, n, axis) => list.flatMap((at) => Array.from({ length: n }, (_, i) => at + i * stride[axis]!)),
    [0],
  );
  return offsets.flatMap((offset) => [...BYTES.subarray(offset * bytes, (offset + 1) * bytes)]);
}

describe('gather', () => {
  test.each([
    [[], []],
    [[4], [3]],
    [
      [2, 3],
      [3, 1],
    ],
    [
      [3, 2],
      [1, 3],
    ],
    [
      [2, 1, 3],
      [6, 99, 2],
    ],
    [
      [2, 3, 2],
      [1, 0, 5],
    ],
    [
      [2, 2, 2, 2],
      [1, 2, 4, 8],
    ],
  ])('size %j stride %j', (size, stride) => {
    for (const bytes of [1, 2]) {
      const expected = byDefinition(size, stride, bytes);
      expect([...gather(BYTES, { size, stride, bytes }, new Uint8Array(expected.length))]).toEqual(expected);
    }
  });
});

test.each([
  [[], [], true],
  [[2, 3], [3, 1], true],
  [[2, 1, 3], [3, 50, 1], true],
  [[0, 3], [9, 9], true],
  [[2, 3], [1, 2], false],
  [[2, 3], [6, 2], false],
  [[2], [0], false],
])('size %j stride %j is contiguous: %s', (size, stride, expected) => {
  expect(isContiguous({ size, stride })).toBe(expected);
});
