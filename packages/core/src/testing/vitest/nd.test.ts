import { expect, test } from 'vitest';
import { tensor } from '../../tensor/index.ts';
import { pick, sumOver, tabulate } from './nd.ts';

test('tabulate runs through a shape in the order of its elements', () => {
  expect(tabulate([2, 3], (i, j) => 10 * i + j)).toEqual([0, 1, 2, 10, 11, 12]);
  expect(tabulate([], () => 7)).toEqual([7]);
  expect(tabulate([2, 0], () => 7)).toEqual([]);
});

test('pick takes the element at an index, with axes of size 1 and missing axes repeated', () => {
  const x = tensor([2, 3], Float32Array.of(0, 1, 2, 3, 4, 5));
  expect(tabulate([2, 3], (...index) => pick(x, ...index))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(pick(x, 9, 1, 2)).toBe(5);
  expect(pick(tensor([2, 1], Float32Array.of(7, 8)), 1, 2)).toBe(8);
  expect(pick(tensor([], Float32Array.of(7)), 1, 2)).toBe(7);
});

test('sumOver sums', () => {
  expect(sumOver(4, (i) => i * i)).toBe(14);
  expect(sumOver(0, () => 1)).toBe(0);
});
