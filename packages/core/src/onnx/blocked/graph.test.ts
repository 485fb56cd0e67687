import { describe, expect, test } from 'vitest';
import { constant, input, order, weight, type Graph, type Value } from '../../graph/index.ts';
import { add, conv2d, embedding, gelu, layerNorm, linear, matmul, mul, relu, reshape, sub } from '../../ops/index.ts';
import { tensor, type Tensor } from '../../tensor/index.ts';
import { expectClose } from '../../testing/vitest/close.ts';
import { randomFloats } from '../../testing/vitest/random.ts';
import { testRuntime } from '../../testing/vitest/runtime.ts';
import { floatWeight } from '../../testing/vitest/weights.ts';
import { lower } from '../lower.ts';
import { blockGraph } from './graph.ts';

const PLAIN = { stride: 1, pads: [1, 1, 1, 1], wrap: false } as const;
const conv = (x: Value, w: Value, bias?: Value): Value => conv2d(x, w, bias, PLAIN);
const kernel = (name: string, out: number, into: number, k = 3): Value =>
  weight(floatWeight(name, [out, into, k, k], randomFloats(out * into * k * k, out + into)));
const matrix = (name: string, out: number, into: number): Value =>
  weight(floatWeight(name, [out, into], randomFloats(out * into, out + into)));
const blocked = (y: Value, block = 16): Graph => blockGraph({ outputs: { y } }, block);
/** What a graph computes, without its leaves. */
const steps = (graph: Graph): string[] =>
  order(graph)
    .map(({ op }) => op.name)
    .filter((name) => !['input', 'weight', 'constant', 'storedKernel', 'storedMatrix'].includes(name));
const forms = (graph: Graph): unknown[] =>
  lower(graph, { weights: 'f32' }).weights.map(({ form }) => form.blocked?.order);

/** A graph as it is, and by the kernels of this processor. */
async function bothWays(graph: Graph, x: Tensor): Promise<[Float32Array, Float32Array]> {
  const runtime = await testRuntime();
  const run = async (one: Graph): Promise<Float32Array> => {
    const program = await runtime.load(lower(one, { weights: 'f32' }));
    const { y } = await program.run({ x });
    await program.release();
    return y!.data;
  };
  return [await run(graph), await run(blockGraph(graph, runtime.traits.block))];
}

const COUNTS = [3, 4, 8, 16, 20, 32, 48];

describe('a convolution in blocks equals the plain one', () => {
  test.each(COUNTS)('from %s channels to any number', async (into) => {
    for (const out of COUNTS) {
      const x = { shape: [2, into, 5, 4], data: randomFloats(2 * into * 20, into) };
      const bias = out % 3 === 0 ? undefined : constant(randomFloats(out, 1));
      const y = conv(input('x', ['b', into, 'h', 'w']), kernel('w', out, into), bias);
      const [plain, own] = await bothWays({ outputs: { y } }, x);
      expectClose(own, plain);
    }
  });

  test.each([
    ['1×1', 1, { stride: 1, pads: [0, 0, 0, 0], wrap: false }],
    ['halving', 3, { stride: 2, pads: [1, 1, 1, 1], wrap: false }],
    ['padded on two sides', 3, { stride: 2, pads: [0, 0, 1, 1], wrap: false }],
    ['tiling', 3, { stride: 1, pads: [1, 1, 1, 1], wrap: true }],
    ['7×7', 7, { stride: 1, pads: [3, 3, 3, 3], wrap: false }],
  ] as const)('%s', async (_, k, attrs) => {
    for (const into of [3, 32]) {
      const x = { shape: [1, into, 6, 8], data: randomFloats(into * 48, 7) };
      const y = conv2d(input('x', ['b', into, '2*h', '2*w']), kernel('w', 32, into, k), undefined, attrs);
      const [plain, own] = await bothWays({ outputs: { y } }, x);
      expectClose(own, plain);
    }
  });

  test('in a network where results and weights have other uses', async () => {
    const x = input('x', [1, 32, 4, 4]);
    const shared = kernel('shared', 32, 32);
    const first = conv(x, shared);
    const second = conv(conv(first, shared), kernel('b', 32, 32));
    const mixed = kernel('mixed', 32, 32);
    const halved = conv(second, mul(mixed, constant([0.5])));
    const y = add(add(halved, first), conv(relu(second), mixed));
    const [plain, own] = await bothWays({ outputs: { y } }, tensor([1, 32, 4, 4], randomFloats(512, 3)));
    const largest = plain.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expectClose(own, plain, { abs: 1e-5 * largest, rel: 0 });
  });
});

describe('an affine map in blocks equals the plain one', () => {
  test.each([
    ['of one row', [32]],
    ['of rows', [5, 32]],
    ['of rows of rows', [2, 5, 32]],
  ])('%s', async (_, shape) => {
    const y = linear(input('x', shape), matrix('w', 48, 32), constant(randomFloats(48, 1)));
    const [plain, own] = await bothWays(
      { outputs: { y } },
      tensor(
        shape,
        randomFloats(5 * 64, 2).slice(
          0,
          shape.reduce((a, b) => a * b),
        ),
      ),
    );
    expectClose(own, plain, { abs: 1e-5, rel: 1e-5 });
  });

  test('with sizes that only the input tells', async () => {
    const y = gelu(linear(input('x', ['b', 'n', 32]), matrix('w', 48, 32)));
    const [plain, own] = await bothWays({ outputs: { y } }, tensor([2, 7, 32], randomFloats(448, 2)));
    expectClose(own, plain, { abs: 1e-5, rel: 1e-5 });
  });

  test('in a network where results have other uses, and one path lies beside another', async () => {
    const x = input('x', ['b', 'n', 32]);
    const h = linear(x, matrix('a', 48, 32));
    const beside = linear(mul(linear(x, matrix('down', 16, 32)), constant([0.5], [])), matrix('up', 48, 16));
    const gated = mul(add(h, beside), gelu(linear(x, matrix('g', 48, 32))));
    const change = mul(matmul(matrix('b', 32, 16), matrix('c', 16, 48)), constant([0.1], []));
    const y = add(
      linear(gated, add(matrix('w', 32, 48), change)),
      linear(reshape(sub(h, gated), ['b', 'n', 48]), matrix('o', 32, 48)),
    );
    const [plain, own] = await bothWays({ outputs: { y } }, tensor([1, 9, 32], randomFloats(288, 3)));
    const largest = plain.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expectClose(own, plain, { abs: 1e-5 * largest, rel: 0 });
  });

  test('of pixels, after a convolution', async () => {
    const h = conv(input('x', [1, 16, 4, 4]), kernel('k', 32, 16));
    const y = linear(reshape(h, [1, 16, 32]), matrix('w', 16, 32));
    const [plain, own] = await bothWays({ outputs: { y } }, tensor([1, 16, 4, 4], randomFloats(256, 3)));
    expectClose(own, plain, { abs: 1e-4, rel: 1e-5 });
  });
});

describe('blockGraph', () => {
  const x = input('x', ['b', 16, 'h', 'w']);
  const rows = input('rows', ['b', 'n', 16]);

  test('changes nothing where there are no such kernels', () => {
    const graph = { outputs: { y: conv(x, kernel('w', 16, 16)) } };
    expect(blockGraph(graph, 0)).toBe(graph);
  });

  test('keeps what it does not know as it is, and whether a graph is seldom run', () => {
    const y = layerNorm(rows, constant(new Float32Array(16)), constant(new Float32Array(16)), 1);
    const graph = blockGraph({ outputs: { y }, seldom: true }, 16);
    expect(graph.outputs['y']).toBe(y);
    expect(graph.seldom).toBe(true);
  });

  test.each<[number, number, 'inout' | 'out' | undefined]>([
    [16, 16, 'inout'],
    [16, 32, 'inout'],
    [32, 3, 'out'],
    [16, 15, 'out'],
    [16, 20, undefined],
    [20, 16, undefined],
    [3, 16, undefined],
  ])('gives a kernel of %s × %s the order %s', (out, into, own) => {
    const graph = blocked(conv(input('x', [1, into, 4, 4]), kernel('w', out, into)));
    expect(forms(graph)).toEqual([own]);
    const expected = {
      inout: ['toBlocks', 'blockedConv', 'fromBlocks'],
      out: ['blockedConv', 'fromBlocks'],
      none: ['conv2d'],
    };
    expect(steps(graph)).toEqual(expected[own ?? 'none']);
  });

  test.each<[number, number, boolean]>([
    [16, 32, true],
    [16, 20, false],
    [20, 16, false],
    [32, 3, false],
  ])('an affine map to %s from %s: %s', (out, into, fits) => {
    const graph = blocked(linear(input('x', ['n', into]), matrix('w', out, into)));
    expect(steps(graph)).toEqual(fits ? ['toBlocks', 'blockedConv', 'fromBlocks'] : ['linear']);
  });

  test('reorders a value once, and keeps in blocks what stays there', () => {
    const h = conv(x, kernel('a', 16, 16));
    const y = add(conv(h, kernel('b', 16, 16)), relu(conv(h, kernel('c', 16, 16))));
    expect(steps(blocked(y))).toEqual(['toBlocks', 'blockedConv', 'blockedConv', 'relu', 'blockedConv', 'fromBlocks']);
    const t = gelu(linear(rows, matrix('a', 32, 16)));
    const z = linear(mul(t, linear(rows, matrix('b', 32, 16))), matrix('c', 16, 32));
    expect(steps(blocked(z))).toEqual([
      ...['toBlocks', 'blockedConv', 'gelu', 'blockedConv', 'mul', 'blockedConv', 'fromBlocks'],
    ]);
  });

  test('adds on the way what nothing else needs', () => {
    const [a, b] = [linear(rows, matrix('a', 16, 16)), linear(rows, matrix('b', 16, 16))];
    expect(steps(blocked(add(a, b)))).not.toContain('add');
    expect(steps(blocked(mul(add(a, b), b)))).toContain('add');
    expect(steps(blocked(add(a, constant([1], []))))).toContain('add');
    expect(steps(blocked(add(a, rows)))).toEqual(['toBlocks', 'blockedConv', 'fromBlocks', 'add']);
  });

  test('a weight of several convolutions is blocked once for all, in its other uses plain', () => {
    const w = kernel('w', 16, 16);
    expect(forms(blocked(conv(conv(x, w), w)))).toEqual(['inout']);
    expect(forms(blockGraph({ outputs: { y: conv(x, w), z: mul(w, w) } }, 16))).toEqual(['inout', undefined]);
    const table = matrix('table', 32, 16);
    const words = embedding(table, input('ids', ['n'], 'i64'));
    expect(forms(blocked(linear(words, table)))).toEqual([undefined, 'inout']);
  });

  test('leaves alone computed kernels of several pixels', () => {
    expect(steps(blocked(conv(x, mul(kernel('w', 16, 16), constant([2])))))).toEqual(['mul', 'conv2d']);
  });
});
