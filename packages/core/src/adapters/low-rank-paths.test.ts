import { describe, expect, test } from 'vitest';
import { constant, input, order, scalar, type Graph, type Value } from '../graph/index.ts';
import { add, conv2d, linear, matmul, mul, reshape } from '../ops/index.ts';
import { numel, tensor } from '../tensor/index.ts';
import { compile } from '../runtime/index.ts';
import { expectClose, fill, testRuntime } from '../testing/vitest/index.ts';
import { lowRankPaths } from './low-rank-paths.ts';

const made = (seed: number, shape: readonly number[]): Value => constant(fill(seed, shape).data, shape);
const strength = input('strength', []);

/** x·(W + s·B·A)ᵀ of layers with so many outputs and inputs. */
function layer(rows: readonly (number | string)[], out: number, into: number): Graph {
  const delta = matmul(made(2, [out, 2]), mul(mul(made(3, [2, into]), scalar(0.5)), strength));
  const x = input('y', [...rows, into]);
  return { outputs: { z: linear(x, add(made(1, [out, into]), delta), made(4, [out])) } };
}

function convolution(kernel: number, places: readonly (number | string)[]): Graph {
  const [out, into] = [32, 16];
  const product = matmul(
    made(2, [out, 2]),
    mul(reshape(made(3, [2, into, kernel, kernel]), [2, into * kernel ** 2]), strength),
  );
  const weight = add(made(1, [out, into, kernel, kernel]), reshape(product, [out, into, kernel, kernel]));
  const pad = (kernel - 1) / 2;
  const pads = [pad, pad, pad, pad] as const;
  const x = input('y', [1, into, ...places]);
  return { outputs: { z: conv2d(x, weight, made(4, [out]), { stride: 1, pads, wrap: false }) } };
}

const count = ({ outputs }: Graph, name: string): number =>
  order({ outputs }).filter(({ op }) => op.name === name).length;

async function computed(graph: Graph, shape: readonly number[]): Promise<Float32Array> {
  const program = await compile(await testRuntime(), graph);
  const y = tensor(shape, fill(5, [numel(shape)]).data);
  const { z } = await program.run({ y, strength: tensor([], Float32Array.of(0.7)) });
  await program.release();
  return z!.data;
}

describe('lowRankPaths', () => {
  test.each([
    ['few rows', layer([3], 64, 64), 3, [3, 64]],
    ['rows that only the run tells', layer(['k', 2], 64, 64), 3, [2, 2, 64]],
    ['many rows', layer([500], 16, 16), 1, [500, 16]],
  ] as const)('a layer with %s computes the same', async (_, graph, layers, shape) => {
    const paths = lowRankPaths(graph);
    expect(count(paths, 'linear')).toBe(layers);
    expectClose(await computed(paths, shape), await computed(graph, shape));
  });

  test.each([1, 3])('a convolution of %d computes the same', async (kernel) => {
    const graph = convolution(kernel, [2, 2]);
    const paths = lowRankPaths(graph);
    expect(count(paths, 'conv2d')).toBe(3);
    expectClose(await computed(paths, [1, 16, 2, 2]), await computed(graph, [1, 16, 2, 2]));
  });

  test('several products are followed one after the other', async () => {
    const product = (seed: number): Value => matmul(made(seed, [64, 2]), made(seed + 1, [2, 64]));
    const weight = add(add(made(1, [64, 64]), product(2)), mul(product(4), strength));
    const other = add(add(made(1, [64, 64]), product(2)), product(4));
    const x = input('y', [1, 64]);
    // The outer one is no bare product: what is under it stays too.
    expect(count(lowRankPaths({ outputs: { z: linear(x, weight) } }), 'linear')).toBe(1);
    const graph = { outputs: { z: linear(x, other) } };
    expect(count(lowRankPaths(graph), 'linear')).toBe(5);
    expectClose(await computed(lowRankPaths(graph), [1, 64]), await computed(graph, [1, 64]));
  });

  test('the rows of a UNet are those of a picture of 512, whatever their symbols', () => {
    const unet = (size: string): Graph => {
      const x = input('x', ['b', 8, size, size]);
      const flat = reshape(x, ['b', size === 'h' ? 'h*h' : '64*h*h', 8]);
      const weight = add(made(1, [64, 8]), matmul(made(2, [64, 2]), made(3, [2, 8])));
      return { outputs: { z: linear(flat, weight) } };
    };
    for (const size of ['h', '8*h']) expect(count(lowRankPaths(unet(size)), 'linear')).toBe(1);
  });

  test('a graph without products stays as it is', () => {
    const graph = { outputs: { z: linear(input('y', [2, 3]), made(1, [4, 3])) } };
    expect(lowRankPaths(graph).outputs['z']).toBe(graph.outputs.z);
  });
});
