import { describe, expect, test } from 'vitest';
import { order, substitute } from './graph.ts';
import { input } from './leaves.ts';
import { apply, type Op, type Value } from './value.ts';

const op: Op<'a' | 'b'> = { name: 'op', type: ({ a }) => a, onnx: (w, { a, b }) => w.node('Op', [a, b]) };
const join = (a: Value, b: Value): Value => apply(op, { a, b }, {});

describe('order', () => {
  const [x, y] = [input('x', [1]), input('y', [1])];

  test('gives operands before results, each once, nothing else', () => {
    const shared = join(x, y);
    const left = join(shared, x);
    const right = join(y, shared);
    const out = join(left, right);
    join(out, x);
    const values = order({ outputs: { out, also: left } });
    expect(new Set(values)).toEqual(new Set([x, y, shared, left, right, out]));
    expect(values).toHaveLength(6);
    for (const [at, value] of values.entries())
      for (const operand of Object.values(value.ins)) expect(values.indexOf(operand)).toBeLessThan(at);
  });

  test('is that of the operands, so the same function gives the same order', () => {
    const build = (): string[] => {
      const a = input('a', [1]);
      return order({ outputs: { out: join(join(a, input('b', [1])), a) } }).map((value) => value.op.name);
    };
    expect(build()).toEqual(['input', 'input', 'op', 'op']);
    expect(order({ outputs: { first: y, second: x } })).toEqual([y, x]);
  });

  test('takes graphs of any depth, and those of exponentially many paths', () => {
    let value = x;
    for (let i = 0; i < 20_000; i++) value = join(value, value);
    expect(order({ outputs: { value } })).toHaveLength(20_001);
  });
});

describe('substitute', () => {
  const [x, y, z] = [input('x', [1]), input('y', [1]), input('z', [1])];
  const left = join(x, y);
  const right = join(y, y);

  test('puts others in the place of values wherever they stand, and leaves the rest as it is', () => {
    const { outputs } = substitute({ outputs: { both: join(left, right), right, x } }, new Map([[x, z]]));
    const { both } = outputs;
    expect(both!.ins['a']!.ins).toEqual({ a: z, b: y });
    expect(both!.ins['b']).toBe(right);
    expect(outputs).toMatchObject({ right, x: z });
    expect(left.ins).toEqual({ a: x, b: y });
  });
});
