import { expect, test } from 'vitest';
import { bytesSource } from '../bytes/index.ts';
import { constant, input, scalar, weight } from './leaves.ts';
import { printGraph } from './print.ts';
import { apply, type Op, type Value } from './value.ts';

const attrs = { axes: [1, 0], mode: 'wrap', on: true };
const op: Op<'a' | 'b', typeof attrs> = { name: 'op', type: ({ a }) => a, onnx: (w, { a }) => a };
const join = (a: Value, b: Value): Value => apply(op, { a, b }, attrs);

test('prints a line for each operation, inputs and weights by name, and what is returned', () => {
  const store = bytesSource('file', new Uint8Array(8));
  const w = weight({ name: 'net.weight', dtype: 'F32', shape: [2], store, offset: 0, length: 8 });
  const x = input('x', ['b', '2*h']);
  const sum = join(x, w);
  expect(printGraph({ outputs: { y: join(sum, join(constant([1, 2.5], [2, 1]), scalar(3))), sum } })).toBe(
    `input x: f32[b, 2*h]
weight net.weight: f32[2]
%2: f32[b, 2*h] = op(a=x, b=net.weight, axes=[1, 0], mode=wrap, on=true)
%3: f32[2, 1] = constant(data=<2 floats, sum 3.50000>, shape=[2, 1])
%4: f32[] = constant(data=<1 floats, sum 3.00000>, shape=[])
%5: f32[2, 1] = op(a=%3, b=%4, axes=[1, 0], mode=wrap, on=true)
%6: f32[b, 2*h] = op(a=%2, b=%5, axes=[1, 0], mode=wrap, on=true)
return y=%6, sum=%2
`,
  );
});
