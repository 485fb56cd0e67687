import { expect, test } from 'vitest';
import { ShapeError } from '../errors/index.ts';
import { input } from './leaves.ts';
import { apply, type Op } from './value.ts';

const op: Op<'x', { readonly n: number }> = {
  name: 'op',
  type({ x }, { n }) {
    if (x.shape[0] !== n) throw new ShapeError('op', `[${n}]`, x.shape);
    return { shape: [n, n], dtype: 'bool' };
  },
  onnx: (w, { x }) => w.node('Op', [x]),
};

test('apply gives a value of the type that the rule says, with all that made it', () => {
  const x = input('x', [2]);
  expect(apply(op, { x }, { n: 2 })).toEqual({ op, ins: { x }, attrs: { n: 2 }, shape: [2, 2], dtype: 'bool' });
});

test('apply refuses what the rule refuses', () => {
  expect(() => apply(op, { x: input('x', [3]) }, { n: 2 })).toThrowError(
    expect.objectContaining({ name: 'ShapeError', code: 'shape', at: 'op', expected: '[2]', got: [3] }),
  );
});
