import { describe, expect, test } from 'vitest';
import { input, weightOf, type Shape } from '../graph/index.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { recordingScope } from '../testing/vitest/shapes.ts';
import { conv2d, groupNorm, layerNorm, linear, linearParts } from './layers.ts';

const x = (...shape: Shape) => input('x', shape);

describe('a layer takes its weights by name, in the shape that its input asks for', () => {
  test('linear', () => {
    const { scope, shapes } = recordingScope();
    expect(linear(scope.at('a'), x('b', 'n', 3), 5).shape).toEqual(['b', 'n', 5]);
    expect(linear(scope.at('b'), x(3), 5, { bias: false }).shape).toEqual([5]);
    expect(shapes).toEqual({ 'a.weight': [5, 3], 'a.bias': [5], 'b.weight': [5, 3] });
    expectShapeError(() => linear(scope, x(2, 'd'), 5), 'network', [2, 'd']);
  });

  test('linearParts takes those of all its parts, and gives each its rows', () => {
    const { scope, shapes } = recordingScope();
    const parts = linearParts(scope.at('a'), x('b', 'n', 3), 6, 2);
    expect(parts.map(({ shape }) => shape)).toEqual([
      ['b', 'n', 3],
      ['b', 'n', 3],
    ]);
    expect(parts.map(({ ins }) => weightOf(ins['weight']!)?.offset)).toEqual([0, 36]);
    expect(shapes).toEqual({ 'a.weight': [6, 3], 'a.bias': [6] });
  });

  test('conv2d keeps the size of its input', () => {
    const { scope, shapes } = recordingScope();
    for (const kernel of [1, 3, 7])
      expect(conv2d(scope.at(kernel), x('b', 4, 'h', 9), 6, kernel).shape).toEqual(['b', 6, 'h', 9]);
    expect(conv2d(scope.at('half'), x(1, 4, '2*h', 8), 6, 3, { stride: 2, bias: false }).shape).toEqual([1, 6, 'h', 4]);
    expect(conv2d(scope.at('cut'), x(1, 4, 8, 8), 6, 4, { stride: 4, pads: [0, 0, 0, 0] }).shape).toEqual([1, 6, 2, 2]);
    expect(shapes).toMatchObject({ '3.weight': [6, 4, 3, 3], '3.bias': [6], 'half.weight': [6, 4, 3, 3] });
    expect(shapes['half.bias']).toBeUndefined();
  });

  test('conv2d wraps where there is something to wrap', () => {
    const { scope } = recordingScope();
    const wraps = (kernel: number, options = {}): unknown =>
      (conv2d(scope.at(kernel), x(1, 4, 8, 8), 6, kernel, { wrap: true, ...options }).attrs as { wrap: boolean }).wrap;
    expect([wraps(3), wraps(1), wraps(3, { pads: [0, 0, 1, 1] }), wraps(3, { wrap: false })]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test('groupNorm and layerNorm keep the shape', () => {
    const { scope, shapes } = recordingScope();
    expect(groupNorm(scope.at('g'), x('b', 64, 'h', 'w')).shape).toEqual(['b', 64, 'h', 'w']);
    expect(layerNorm(scope.at('l'), x('b', 'n', 8)).shape).toEqual(['b', 'n', 8]);
    expect(shapes).toEqual({ 'g.weight': [64], 'g.bias': [64], 'l.weight': [8], 'l.bias': [8] });
    expect(groupNorm(scope.at('g'), x('b', 64, 'h', 'w'), 1e-6).attrs).toEqual({ groups: 32, eps: 1e-6 });
    expectShapeError(() => groupNorm(scope, x(1, 48, 2, 2)), 'groupNorm', [1, 48, 2, 2]);
  });
});
