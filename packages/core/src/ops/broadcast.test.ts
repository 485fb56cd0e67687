import { describe, expect, test } from 'vitest';
import type { Shape, Type } from '../graph/index.ts';
import { broadcast } from './broadcast.ts';

const f32 = (...shape: Shape): Type => ({ shape, dtype: 'f32' });

describe('broadcast', () => {
  test.each<[Shape, Shape, Shape]>([
    [[], [], []],
    [[2, 3], [], [2, 3]],
    [[3], [2, 3], [2, 3]],
    [
      [4, 1, 3],
      [2, 1],
      [4, 2, 3],
    ],
    [
      ['b', 1],
      [1, 'n'],
      ['b', 'n'],
    ],
    [
      ['b', 'n'],
      ['b', 'n'],
      ['b', 'n'],
    ],
  ])('[%s] and [%s] are [%s], either way round', (a, b, out) => {
    expect(broadcast('op', f32(...a), f32(...b))).toEqual(f32(...out));
    expect(broadcast('op', f32(...b), f32(...a))).toEqual(f32(...out));
  });

  test.each<[Shape, Shape]>([
    [[2], [3]],
    [
      [2, 3],
      [2, 1, 4],
    ],
    [['b'], ['n']],
    [['b'], [2]],
  ])('[%s] and [%s] are refused', (a, b) => {
    expect(() => broadcast('op', f32(...a), f32(...b))).toThrowError(
      expect.objectContaining({ name: 'ShapeError', code: 'shape', at: 'op', got: b }),
    );
  });

  test('refuses operands of different types', () => {
    expect(() => broadcast('op', f32(2), { shape: [2], dtype: 'i64' })).toThrowError(
      expect.objectContaining({ name: 'ShapeError', got: ['i64'] }),
    );
  });
});
