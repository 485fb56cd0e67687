import { describe, expect, test } from 'vitest';
import { input, apply, type Dim, type Op, type Shape } from '../graph/index.ts';
import { compile } from '../runtime/index.ts';
import { tensor } from '../tensor/index.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { testRuntime } from '../testing/vitest/runtime.ts';
import { reshapeSpec } from './sizes.ts';
import { createWriter } from './writer.ts';

/** A list that is as long as a size says. */
const list: Op<'x', { readonly size: Dim }> = {
  name: 'list',
  type: (_, { size }) => ({ shape: [size], dtype: 'f32' }),
  onnx: (w, _, { size }) => w.node('Expand', [w.floats(Float32Array.of(1), [1]), w.dim(size)]),
};

describe('dim', () => {
  test.each<[Dim, number]>([
    [6, 6],
    ['b', 2],
    ['4*h', 12],
    ['h', 3],
    ['2*h', 6],
    ['w', 5],
    ['n*w', 35],
    ['4*h*w', 60],
    ['h*h', 9],
    ['h/3', 1],
    ['ceil(h/2)', 2],
    ['ceil(ceil(h/2)/2)', 1],
    ['5*ceil(h/2)*h', 30],
  ])('%s is %s', async (size, expected) => {
    const x = input('x', ['b', '4*h', 'w', 'n*w']);
    const program = await compile(await testRuntime(), { outputs: { y: apply(list, { x }, { size }) } });
    const { y } = await program.run({ x: tensor([2, 12, 5, 35]) });
    await program.release();
    expect(y!.shape).toEqual([expected]);
  });

  test('that no input tells is refused', () => {
    const { writer } = createWriter([{ name: 'x', dtype: 'f32', shape: ['n*w', 'h/2'] }], { weights: 'f32' });
    expectShapeError(() => writer.dim('n'), 'graph', ['x']);
    expectShapeError(() => writer.dim('h'), 'graph', ['x']);
    expectShapeError(() => writer.dim('ceil(v/2)'), 'graph', ['x']);
  });
});

describe('reshapeSpec', () => {
  test.each<[Shape, Shape, ReturnType<typeof reshapeSpec>]>([
    [['b', 2], ['b', 2], 'same'],
    [[2, 3], [6], [6]],
    [
      ['b', 6],
      ['b', 2, 3],
      [0, 2, 3],
    ],
    [
      ['b', 'n', 6],
      ['b', 'n', 2, 3],
      [0, 0, 2, 3],
    ],
    [
      ['b', 'n', 6],
      ['b*n', 6],
      [-1, 6],
    ],
    [
      ['b', 'h', 'w', 3],
      ['b', 'h*w', 3],
      [0, -1, 3],
    ],
    [['b', 'h*w', 3], ['b', 'h', 'w', 3], 'computed'],
    [['b', 'n'], ['n', 'b'], 'computed'],
  ])('from [%s] to [%s] is %j', (from, to, spec) => {
    expect(reshapeSpec(from, to)).toEqual(spec);
  });
});
