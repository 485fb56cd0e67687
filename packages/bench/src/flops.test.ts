import { expect, test } from 'vitest';
import { input } from '@graft/core/graph';
import { attention, conv2d, linear, matmul, silu } from '@graft/core/ops';
import { flops } from './flops.ts';

const of = (out: Parameters<typeof silu>[0]): number => flops({ outputs: { out } });

test('counts two operations for every product, and none for what goes element by element', () => {
  const x = input('x', [2, 3, 5]);
  expect(of(linear(x, input('w', [7, 5])))).toBe(2 * 2 * 3 * 7 * 5);
  expect(of(silu(linear(x, input('w', [7, 5]))))).toBe(2 * 2 * 3 * 7 * 5);
  expect(of(matmul(x, input('y', [5, 4])))).toBe(2 * 2 * 3 * 4 * 5);
  const picture = input('p', [1, 3, 8, 8]);
  const options = { stride: 1, pads: [1, 1, 1, 1], wrap: false } as const;
  expect(of(conv2d(picture, input('k', [4, 3, 3, 3]), undefined, options))).toBe(2 * 4 * 64 * 27);
  const [q, k] = [input('q', [2, 10, 8]), input('k', [2, 6, 8])];
  expect(of(attention(q, k, k, { heads: 2, causal: false }))).toBe(2 * 2 * 10 * 6 * 16);
});

test('of a value that is used twice once', () => {
  const y = linear(input('x', [1, 4]), input('w', [4, 4]));
  expect(flops({ outputs: { a: silu(y), b: silu(y) } })).toBe(2 * 16);
});

test('needs sizes that are numbers', () => {
  expect(() => of(linear(input('x', ['b', 4]), input('w', [4, 4])))).toThrow();
});
