import { describe, expect, test } from 'vitest';
import { expectClose, TOLERANCES } from './close.ts';

describe('expectClose', () => {
  test('passes what is equal, and what is within the tolerance', () => {
    expectClose([0, -0, NaN, Infinity, -Infinity], [-0, 0, NaN, Infinity, -Infinity], { abs: 0, rel: 0 });
    expectClose([1.25, -8], [1, -7], { abs: 0.25, rel: 0.125 });
    expectClose(Float32Array.of(0.1), [0.1]);
    expectClose([], []);
  });

  test.each<[string, readonly number[], readonly number[]]>([
    ['a difference', [1.001], [1]],
    ['a length', [1], [1, 1]],
    ['a missing number', [NaN], [1]],
    ['a number too many', [1], [NaN]],
    ['an infinity', [1], [Infinity]],
    ['the other infinity', [-Infinity], [Infinity]],
  ])('fails for %s', (_, actual, expected) => {
    expect(() => expectClose(actual, expected)).toThrow();
    expect(() => expectClose(actual, expected, TOLERANCES.f32)).toThrow();
  });

  test('says how many differ, where the worst is, and by how much', () => {
    expect(() => expectClose([1, 2, 5, 4], [1, 1, 1, 1])).toThrow(
      '3 of 4 values differ; the worst at 2: 5, expected 1',
    );
    expect(() => expectClose([9, NaN, 2], [1, 1, 1])).toThrow('3 of 3 values differ; the worst at 1: NaN, expected 1');
  });
});
