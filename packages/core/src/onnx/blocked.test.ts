import { describe, expect, test } from 'vitest';
import { constant, input, weight, type Graph, type Value } from '../graph/index.ts';
import { add, conv2d, mul, relu } from '../ops/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { randomFloats } from '../testing/vitest/random.ts';
import { testRuntime } from '../testing/vitest/runtime.ts';
import { floatWeight } from '../testing/vitest/weights.ts';
import { blockConvolutions } from './blocked.ts';
import { lower } from './lower.ts';
import type { OnnxModel } from './model.ts';

const PLAIN = { stride: 1, pads: [1, 1, 1, 1], wrap: false } as const;
const conv = (x: Value, w: Value, bias?: Value): Value => conv2d(x, w, bias, PLAIN);
const kernel = (name: string, out: number, into: number, k = 3): Value =>
  weight(floatWeight(name, [out, into, k, k], randomFloats(out * into * k * k, out + into)));
const lowered = (y: Value): OnnxModel => lower({ outputs: { y } }, { weights: 'f32' });
const types = (model: OnnxModel): string[] => model.nodes.map((node) => node.type);
const forms = (model: OnnxModel): unknown[] => model.weights.map(({ form }) => form.blocked?.order);

/** A graph as it is, and by the kernels of this processor. */
async function bothWays(graph: Graph, x: Tensor): Promise<[Float32Array, Float32Array]> {
  const runtime = await testRuntime();
  const model = lower(graph, { weights: 'f32' });
  const [plain, blocked] = [
    await runtime.load(model),
    await runtime.load(blockConvolutions(model, runtime.traits.block)),
  ];
  const results = [await plain.run({ x }), await blocked.run({ x })] as const;
  await Promise.all([plain.release(), blocked.release()]);
  return [results[0]['y']!.data, results[1]['y']!.data];
}

const COUNTS = [3, 4, 8, 16, 20, 32, 48];

describe('a convolution in blocks equals the plain one', () => {
  test.each(COUNTS)('from %s channels to any number', async (into) => {
    for (const out of COUNTS) {
      const x = { shape: [2, into, 5, 4], data: randomFloats(2 * into * 20, into) };
      const bias = out % 3 === 0 ? undefined : constant(randomFloats(out, 1));
      const y = conv(input('x', ['b', into, 'h', 'w']), kernel('w', out, into), bias);
      const [plain, blocked] = await bothWays({ outputs: { y } }, x);
      expectClose(blocked, plain);
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
      const y = conv2d(input('x', [1, into, 6, 8]), kernel('w', 32, into, k), undefined, attrs);
      const [plain, blocked] = await bothWays({ outputs: { y } }, x);
      expectClose(blocked, plain);
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
    const [plain, blocked] = await bothWays({ outputs: { y } }, tensor([1, 32, 4, 4], randomFloats(512, 3)));
    const largest = plain.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expectClose(blocked, plain, { abs: 1e-5 * largest, rel: 0 });
  });
});

describe('blockConvolutions', () => {
  const x = input('x', ['b', 16, 'h', 'w']);

  test('changes nothing where there are no such kernels', () => {
    const model = lowered(conv(x, kernel('w', 16, 16)));
    expect(blockConvolutions(model, 0)).toBe(model);
  });

  test.each<[number, number, 'inout' | 'out' | undefined]>([
    [16, 16, 'inout'],
    [16, 32, 'inout'],
    [32, 3, 'out'],
    [16, 15, 'out'],
    [16, 20, undefined],
    [20, 16, undefined],
    [3, 16, undefined],
  ])('gives a weight of %s × %s the order %s', (out, into, order) => {
    const model = blockConvolutions(lowered(conv(input('x', [1, into, 4, 4]), kernel('w', out, into))), 16);
    expect(forms(model)).toEqual([order]);
    expect(types(model)).toEqual(
      { inout: ['ReorderInput', 'Conv', 'ReorderOutput'], out: ['Conv', 'ReorderOutput'], none: ['Conv'] }[
        order ?? 'none'
      ],
    );
  });

  test('reorders a value once, and keeps what only convolutions use in blocks', () => {
    const h = conv(x, kernel('a', 16, 16));
    const y = add(conv(h, kernel('b', 16, 16)), conv(h, kernel('c', 16, 16)));
    const model = blockConvolutions(lowered(y), 16);
    expect(types(model)).toEqual(['ReorderInput', 'Conv', 'Conv', 'ReorderOutput', 'Conv', 'ReorderOutput', 'Add']);
    expect(model.outputs).toEqual([{ name: 'y', dtype: 'f32', shape: ['b', 16, 'h', 'w'] }]);
  });

  test('a weight of several convolutions is blocked once for all', () => {
    const w = kernel('w', 16, 16);
    expect(forms(blockConvolutions(lowered(conv(conv(x, w), w)), 16))).toEqual(['inout']);
  });

  test.each<[string, (w: Value) => Value]>([
    ['in a product', (w) => mul(w, w)],
    ['as a picture', (w) => conv(w, w)],
    ['as a result', (w) => w],
  ])('leaves a weight alone that is also used %s', (_, use) => {
    const square = weight(floatWeight('w', [16, 16, 3, 3]));
    const graph = { outputs: { y: conv(x, square), z: use(square) } };
    const model = blockConvolutions(lower(graph, { weights: 'f32' }), 16);
    expect(forms(model)).toEqual([undefined]);
    expect(types(model)).not.toContain('ReorderInput');
  });

  test('leaves alone computed weights, and those kept as stored', () => {
    expect(types(blockConvolutions(lowered(conv(x, mul(kernel('w', 16, 16), constant([2])))), 16))).toEqual([
      'Mul',
      'Conv',
    ]);
    const stored = lower({ outputs: { y: conv(x, kernel('w', 16, 16)) } }, { weights: 'stored' });
    expect(blockConvolutions(stored, 16)).toEqual(stored);
  });

  test('leaves a bias alone that is a weight', () => {
    const bias = weight(floatWeight('bias', [16]));
    const model = blockConvolutions(lowered(conv(x, kernel('w', 16, 16), bias)), 16);
    expect(forms(model)).toEqual(['inout', undefined]);
  });
});
