import { describe, expect, test } from 'vitest';
import { constant, order, weight, weightOf, type Value, type WeightRef } from '../../graph/index.ts';
import { add, matmul, mul, relu, reshape, sub, transpose } from '../../ops/index.ts';
import { type Runtime } from '../../runtime/index.ts';
import { expectClose } from '../../testing/vitest/close.ts';
import { randomFloats } from '../../testing/vitest/random.ts';
import { testRuntime } from '../../testing/vitest/runtime.ts';
import { floatWeight } from '../../testing/vitest/weights.ts';
import { lower } from '../lower.ts';
import { asItLies } from './ops.ts';
import { fillsBlocks, kernelRef, matrixInBlocks, type MatrixOptions } from './matrix.ts';

const stored = (name: string, seed: number, ...shape: number[]): Value =>
  weight(
    floatWeight(
      name,
      shape,
      randomFloats(
        shape.reduce((a, b) => a * b, 1),
        seed,
      ),
    ),
  );
const names = (value: Value): string[] => order({ outputs: { value } }).map(({ op }) => op.name);
const options = (block: number, given: Partial<MatrixOptions> = {}): MatrixOptions => ({
  block,
  isPrepared: () => false,
  fused: false,
  plain: (value) => value,
  ...given,
});

/** Rows of a matrix of so many columns as [o/B][i][B]. */
function inBlocks(data: Float32Array, into: number, block: number): Float32Array {
  return Float32Array.from(data, (_, at) => {
    const row = Math.floor(at / (into * block)) * block + (at % block);
    return data[row * into + (Math.floor(at / block) % into)]!;
  });
}

async function numbers(runtime: Runtime, y: Value): Promise<Float32Array> {
  const program = await runtime.load(lower({ outputs: { y } }, { weights: 'f32' }));
  const { y: result } = await program.run({});
  await program.release();
  return result!.data;
}

const w = stored('w', 1, 64, 32);
const product = matmul(stored('up', 2, 64, 16), stored('down', 3, 16, 32));

const runtime = await testRuntime();
const { block } = runtime.traits;

// A processor without such kernels has nothing to compare.
describe.skipIf(block === 0)('a matrix in blocks holds the numbers of the plain one', () => {
  test.each<[string, Value]>([
    ['stored', w],
    ['stored as a kernel', stored('k', 4, 64, 32, 1, 1)],
    ['a product', product],
    ['a product of a rank that fills no blocks', matmul(stored('u', 2, 64, 3), stored('d', 3, 3, 32))],
    ['changed by a product', add(w, product)],
    ['changed by a scaled product', add(w, mul(product, constant([0.5], [])))],
    ['changed by a kernel', add(w, reshape(stored('k', 4, 64, 32, 1, 1), [64, 32]))],
    ['changed by a product of products', add(w, mul(product, matmul(stored('u', 5, 64, 32), stored('d', 6, 32, 32))))],
    ['less another', sub(w, product)],
    ['with a factor for each row', mul(w, stored('m', 4, 64, 1))],
    ['transposed', transpose(stored('t', 4, 32, 64), [1, 0])],
    ['computed otherwise', relu(add(w, product))],
    ['in another shape', reshape(stored('r', 7, 32, 64), [64, 32])],
  ])('%s', async (_, value) => {
    expect(fillsBlocks(value, block)).toBe(true);
    const plain = await numbers(runtime, value);
    for (const fused of [false, true])
      for (const isPrepared of [() => false, () => true]) {
        const made = asItLies(matrixInBlocks(value, options(block, { fused, isPrepared })));
        expectClose(await numbers(runtime, made), inBlocks(plain, 32, block), { abs: 1e-5, rel: 1e-5 });
      }
  });
});

describe('matrixInBlocks', () => {
  test('makes products and sums in blocks, where asked to in one', () => {
    const change = add(w, product);
    expect(names(matrixInBlocks(change, options(16)))).toEqual([
      ...['weight', 'toBlocks', 'weight', 'toBlocks', 'weight', 'toBlocks', 'kernel', 'blockedConv', 'add'],
    ]);
    const fused = matrixInBlocks(change, options(16, { fused: true }));
    expect(fused.op.name).toBe('blockedConv');
    expect(Object.keys(fused.ins)).toEqual(['x', 'weight', 'sum']);
  });

  test('makes products of any rank in blocks', () => {
    const thin = matmul(stored('up', 2, 64, 8), stored('down', 3, 8, 32));
    expect(names(matrixInBlocks(thin, options(16)))).toEqual([
      ...['weight', 'zeroPad', 'toBlocks', 'weight', 'zeroPad', 'toBlocks', 'kernel', 'blockedConv'],
    ]);
  });

  test('takes what is prepared as it is', () => {
    const asked: string[] = [];
    const isPrepared = (ref: WeightRef): boolean => asked.push(ref.name) > 0 && ref.name !== 'down';
    const steps = names(matrixInBlocks(add(w, product), options(16, { isPrepared })));
    expect(new Set(asked)).toEqual(new Set(['w', 'up', 'down']));
    expect(steps).toEqual(['storedMatrix', 'weight', 'toBlocks', 'storedKernel', 'blockedConv', 'add']);
  });

  test('puts all else in blocks when it is computed, from what stands for it', () => {
    const other = stored('other', 9, 64, 32);
    const made = matrixInBlocks(relu(w), options(16, { plain: () => other }));
    expect(names(made)).toEqual(['weight', 'toBlocks']);
    expect(weightOf(made.ins['x']!)?.name).toBe('other');
  });
});

test('fillsBlocks asks for whole blocks both ways, and for one pixel', () => {
  const fills = (...shape: number[]): boolean => fillsBlocks(stored('w', 1, ...shape), 16);
  expect([fills(32, 16), fills(32, 16, 1, 1)]).toEqual([true, true]);
  expect([fills(24, 16), fills(16, 24), fills(16, 16, 3, 3), fills(16, 16, 1, 3)]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test('kernelRef sees a matrix as a kernel', () => {
  const ref = floatWeight('w', [64, 32]);
  expect(kernelRef(ref)).toEqual({ ...ref, shape: [64, 32, 1, 1] });
  expect(kernelRef(kernelRef(ref))).toEqual(kernelRef(ref));
});
