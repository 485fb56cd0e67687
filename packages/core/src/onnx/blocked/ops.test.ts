import { describe, expect, test } from 'vitest';
import { input, type Shape, type Value } from '../../graph/index.ts';
import { add, relu } from '../../ops/index.ts';
import { tensor } from '../../tensor/index.ts';
import { expectClose } from '../../testing/vitest/close.ts';
import { randomFloats } from '../../testing/vitest/random.ts';
import { testRuntime } from '../../testing/vitest/runtime.ts';
import { floatWeight } from '../../testing/vitest/weights.ts';
import { lower } from '../lower.ts';
import type { OnnxModel } from '../model.ts';
import {
  asItLies,
  blockedConv,
  convOnto,
  fromBlocks,
  kernelOf,
  storedKernel,
  storedMatrix,
  toBlocks,
  wrapPad,
} from './ops.ts';

const lowered = (y: Value): OnnxModel => lower({ outputs: { y } }, { weights: 'f32' });
const types = (y: Value): string[] => lowered(y).nodes.map(({ type }) => type);

async function numbers(
  y: Value,
  shape: readonly number[] = [],
  data: Float32Array = new Float32Array(),
): Promise<Float32Array> {
  const program = await (await testRuntime()).load(lowered(y));
  const { y: result } = await program.run(data.length > 0 ? { x: tensor(shape, data) } : {});
  await program.release();
  return result!.data;
}

const { block } = (await testRuntime()).traits;

// A processor without such kernels has nothing to compare.
describe.skipIf(block === 0)('what is put in blocks and back is what it was', () => {
  test.each<['image' | 'rows', Shape, readonly number[]]>([
    ['image', ['b', 2 * block, 'h', 'w'], [2, 2 * block, 3, 5]],
    ['rows', [2 * block], [2 * block]],
    ['rows', ['b', 'n', 2 * block], [2, 3, 2 * block]],
  ])('as %s %j', async (layout, symbols, shape) => {
    const data = randomFloats(
      shape.reduce((a, b) => a * b),
      1,
    );
    const x = input('x', symbols);
    const there = toBlocks(x, layout);
    expect(there.shape).toEqual(symbols);
    expect(await numbers(fromBlocks(there, layout), shape, data)).toEqual(data);
    // And what works element by element may come between.
    expect(await numbers(fromBlocks(relu(there), layout), shape, data)).toEqual(data.map((one) => Math.max(one, 0)));
  });
});

test.skipIf(block === 0)('a matrix lies with its rows in blocks, column by column', async () => {
  const [outs, ins] = [2 * block, block];
  const data = randomFloats(outs * ins, 1);
  const expected = Float32Array.from(data, (_, at) => {
    const row = Math.floor(at / (ins * block)) * block + (at % block);
    return data[row * ins + (Math.floor(at / block) % ins)]!;
  });
  const ref = floatWeight('w', [outs, ins, 1, 1], data);
  const stored = storedMatrix(ref, { order: 'inout', block });
  expect(stored.shape).toEqual([outs, ins]);
  expect(await numbers(asItLies(stored))).toEqual(expected);
  for (const shape of [
    [outs, ins],
    [outs, ins, 1, 1],
  ]) {
    const made = toBlocks(input('x', shape), 'matrix');
    expect(made.shape).toEqual([outs, ins]);
    expect(await numbers(asItLies(made), shape, data)).toEqual(expected);
  }
});

describe('kernelOf', () => {
  const ref = floatWeight('w', [16, 32, 1, 1]);
  const blocked = { order: 'inout', block: 16 } as const;

  test('gives a stored matrix under the sizes of a kernel, with nothing to copy', () => {
    const kernel = kernelOf(storedMatrix(ref, blocked));
    expect(kernel).toEqual(storedKernel(ref, blocked));
    expect(lowered(kernel).weights).toMatchObject([{ ref, form: { dtype: 'f32', blocked } }]);
    expect(types(kernel)).toEqual(['Identity']);
  });

  test('reshapes a computed one', () => {
    const kernel = kernelOf(toBlocks(input('x', [16, 32]), 'matrix'));
    expect(kernel.shape).toEqual([16, 32, 1, 1]);
    expect(types(kernel)).toEqual(['Reshape', 'ReorderInput', 'Reshape']);
  });
});

describe.skipIf(block === 0)('convOnto', () => {
  const shape = [3, block];
  const x = toBlocks(input('x', shape), 'rows');
  const weight = storedKernel(floatWeight('w', [block, block, 1, 1]), { order: 'inout', block });
  const conv = blockedConv(x, weight, undefined, { shape, layout: 'rows' });

  test('adds on the way what would be added afterwards', async () => {
    const data = randomFloats(3 * block, 2);
    const [onto, after] = [convOnto(conv, x)!, add(conv, x)];
    expect(types(fromBlocks(onto, 'rows'))).not.toContain('Add');
    const [a, b] = [
      await numbers(fromBlocks(onto, 'rows'), shape, data),
      await numbers(fromBlocks(after, 'rows'), shape, data),
    ];
    expectClose(a, b);
  });

  test('adds once, and to nothing but a convolution', () => {
    expect(convOnto(convOnto(conv, x)!, x)).toBeUndefined();
    expect(convOnto(x, conv)).toBeUndefined();
  });
});

test('wrapPad puts the opposite edges around an image, and names sizes that have no sum', async () => {
  const padded = wrapPad(input('x', [1, 1, 2, 3]), [1, 0, 0, 2]);
  expect(padded.shape).toEqual([1, 1, 3, 5]);
  expect(await numbers(padded, [1, 1, 2, 3], Float32Array.of(1, 2, 3, 4, 5, 6))).toEqual(
    Float32Array.of(4, 5, 6, 4, 5, 1, 2, 3, 1, 2, 4, 5, 6, 4, 5),
  );
  const symbolic = wrapPad(input('x', ['b', 4, 'h', 'w']), [1, 1, 1, 1]).shape;
  expect(symbolic).toEqual(['b', 4, 'longer(h,2)', 'longer(w,2)']);
});
