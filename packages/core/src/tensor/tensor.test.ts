import { expect, test } from 'vitest';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { numel, tensor } from './tensor.ts';

test('numel counts the elements of a shape', () => {
  expect([numel([]), numel([3]), numel([2, 3, 4]), numel([2, 0])]).toEqual([1, 3, 24, 0]);
});

test('a tensor has as many numbers as its shape says, zeros if none are given', () => {
  const data = Float32Array.of(1, 2);
  expect(tensor([2, 1], data)).toEqual({ shape: [2, 1], data });
  expect(tensor([2, 2]).data).toEqual(new Float32Array(4));
  expectShapeError(() => tensor([2, 2], data), 'tensor', [2]);
});
