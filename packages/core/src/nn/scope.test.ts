import { describe, expect, test } from 'vitest';
import { scalar, weightOf, type Value } from '../graph/index.ts';
import { relu } from '../ops/index.ts';
import { shapesOnly } from '../testing/vitest/weights.ts';
import { createScope, type Door } from './scope.ts';

const WEIGHTS = shapesOnly({ 'net.a.0.weight': [2, 3], 'net.weight': [1], 'other.weight': [5] });
const scope = createScope(WEIGHTS, { model: 'file.safetensors', prefix: 'net.' });

describe('a scope', () => {
  test('finds weights by path, by name or number', () => {
    expect(weightOf(scope.at('a').at(0).weight('weight', [2, 3]))).toBe(WEIGHTS.get('net.a.0.weight'));
    expect(weightOf(scope.at('a.0').weight('weight', [2, 3]))).toBe(WEIGHTS.get('net.a.0.weight'));
    expect(weightOf(scope.weight('weight', [1]))).toBe(WEIGHTS.get('net.weight'));
    expect(scope.at('a').at(0).path).toBe('a.0');
    expect(scope.path).toBe('');
  });

  test('tells shapes, and that there is none', () => {
    expect(scope.at('a').shapeOf('0.weight')).toEqual([2, 3]);
    expect(scope.shapeOf('a.0.weight')).toEqual([2, 3]);
    expect(scope.shapeOf('a.1.weight')).toBeUndefined();
    expect(scope.shapeOf('other.weight')).toBeUndefined();
  });

  test('refuses a weight that is not there or of another shape, with the file and the whole name', () => {
    const model = { name: 'ModelError', code: 'model', at: 'file.safetensors', hint: expect.any(String) as unknown };
    for (const make of [
      () => scope.at('b').weight('bias', [1]),
      () => scope.at('a.0').weight('weight', [3, 2]),
      () => scope.at('a.0').weight('weight', [2]),
    ])
      expect(make).toThrowError(expect.objectContaining(model) as Error);
    expect(() => scope.at('b').weight('bias', [1])).toThrowError('net.b.bias');
    expect(() => scope.at('a.0').weight('weight', [3, 2])).toThrowError('net.a.0.weight');
  });

  test('asks its door for every weight, by the name without prefix', () => {
    const seen: [string, Value][] = [];
    const guarded = createScope(WEIGHTS, {
      model: 'file',
      prefix: 'net.',
      door(name, base) {
        seen.push([name, base]);
        return relu(base);
      },
    });
    const value = guarded.at('a.0').weight('weight', [2, 3]);
    expect(value.op.name).toBe('relu');
    expect(seen).toEqual([['a.0.weight', value.ins['x']]]);
    expect(weightOf(seen[0]![1])).toBe(WEIGHTS.get('net.a.0.weight'));
  });

  test('a weight that a layer can do without: the file’s, else the door’s, else none', () => {
    expect(weightOf(scope.at('a.0').added('weight', [2, 3])!)).toBe(WEIGHTS.get('net.a.0.weight'));
    expect(scope.at('a.0').added('bias', [2])).toBeUndefined();
    const bias = scalar(1);
    const door: Door = Object.assign((_: string, base: Value) => base, {
      added: (name: string) => (name === 'a.0.bias' ? bias : undefined),
    });
    const given = createScope(WEIGHTS, { model: 'file', prefix: 'net.', door });
    expect(given.at('a.0').added('bias', [2])).toBe(bias);
    expect(given.at('a.1').added('bias', [2])).toBeUndefined();
  });
});
