import { describe, expect, test } from 'vitest';
import { input, weight, type Value } from '../graph/index.ts';
import { add, mul, relu, silu } from '../ops/index.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { floatWeight } from '../testing/vitest/weights.ts';
import { lower } from './lower.ts';
import type { OnnxModel } from './model.ts';

const lowered = (outputs: Record<string, Value>): OnnxModel => lower({ outputs }, { weights: 'f32' });
const lines = (model: OnnxModel): string[] =>
  model.nodes.map(({ type, ins, out }) => `${out} = ${type}(${ins.join(', ')})`);
const x = input('x', ['b', 2]);

describe('lower', () => {
  test('writes operands before results, and results under their names', () => {
    const model = lowered({ y: add(relu(x), input('z', [2])) });
    expect(lines(model)).toEqual(['%0 = Relu(x)', 'y = Add(%0, z)']);
    expect(model.inputs).toEqual([
      { name: 'x', dtype: 'f32', shape: ['b', 2] },
      { name: 'z', dtype: 'f32', shape: [2] },
    ]);
    expect(model.outputs).toEqual([{ name: 'y', dtype: 'f32', shape: ['b', 2] }]);
  });

  test('writes equal nodes once, whichever value they belong to', () => {
    expect(lines(lowered({ y: mul(relu(x), relu(input('x', ['b', 2]))) }))).toEqual([
      '%0 = Relu(x)',
      'y = Mul(%0, %0)',
    ]);
    expect(lines(lowered({ y: add(silu(x), relu(x)) }))).toHaveLength(3);
  });

  test('copies out what is used inside, what is two outputs, and what no node makes', () => {
    const inner = relu(x);
    expect(lines(lowered({ inner, outer: relu(inner) }))).toEqual([
      '%0 = Relu(x)',
      'outer = Relu(%0)',
      'inner = Identity(%0)',
    ]);
    expect(lines(lowered({ a: inner, b: relu(x) }))).toEqual(['a = Relu(x)', 'b = Identity(a)']);
    expect(lines(lowered({ y: x, w: weight(floatWeight('w', [1])) }))).toEqual([
      'y = Identity(x)',
      'w = Identity(0:w)',
    ]);
    expect(lines(lowered({ x }))).toEqual([]);
  });

  test('no name of ours meets one of theirs', () => {
    const names = ['v0', 'c0', 'w', '0:w', '%0'].map((name) => input(name, [1]));
    const w = weight(floatWeight('w', [1]));
    const model = lowered({ v1: names.reduce(add, w) });
    const made = [...model.weights, ...model.constants]
      .map((one) => one.name)
      .concat(model.nodes.map((node) => node.out));
    expect(new Set(made).size).toBe(made.length);
    expect(made.filter((name) => ['v0', 'c0', 'w'].includes(name))).toEqual([]);
  });

  test('refuses two inputs of one name that differ', () => {
    expectShapeError(() => lowered({ y: add(x, input('x', ['b', 1])) }), 'input x', ['b', 1]);
    expectShapeError(() => lowered({ y: x, z: input('x', ['b', 2], 'i64') }), 'input x', ['b', 2]);
  });
});
