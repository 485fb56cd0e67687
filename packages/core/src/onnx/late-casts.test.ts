import { describe, expect, test } from 'vitest';
import { input, weight, type Value } from '../graph/index.ts';
import { conv2d, div, mul, relu, sqrt, sum } from '../ops/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { randomFloats } from '../testing/vitest/random.ts';
import { testRuntime } from '../testing/vitest/runtime.ts';
import { memoryWeight } from '../testing/vitest/weights.ts';
import { lateCasts } from './late-casts.ts';
import { lower } from './lower.ts';
import type { OnnxModel } from './model.ts';

const CHANNELS = 256;

/** A convolution whose weight is 2^16 halves, all 2^−10·(code of the channel). */
const halves = Uint16Array.from({ length: CHANNELS * CHANNELS }, (_, i) => 0x1400 + (i % 7));
const heavy = weight(memoryWeight('w', 'F16', [CHANNELS, CHANNELS, 1, 1], new Uint8Array(halves.buffer)));
const convolved = (x: Value): Value => conv2d(x, heavy, undefined, { stride: 1, pads: [0, 0, 0, 0], wrap: false });
const model = lower({ outputs: { y: convolved(relu(input('x', ['b', CHANNELS, 2, 2]))) } }, { weights: 'stored' });
const before = ({ nodes }: OnnxModel, first: string, second: string): boolean =>
  nodes.findIndex(({ type }) => type === first) < nodes.findIndex(({ type }) => type === second);

describe('late casts', () => {
  test('wait for the operand that their weight is used with', () => {
    const late = lateCasts(model);
    const cast = late.nodes.find(({ type }) => type === 'Cast')!;
    const reshape = late.nodes.find(({ out }) => out === cast.ins[0])!;
    expect([reshape.type, reshape.ins[0]]).toEqual(['Reshape', model.weights[0]!.name]);
    expect(late.nodes.filter(({ type }) => type === 'Shape').map(({ ins }) => ins[0])).toEqual([
      late.nodes.find(({ type }) => type === 'Relu')!.out,
    ]);
    expect(before(late, 'Relu', 'Cast') && before(late, 'Cast', 'Conv')).toBe(true);
  });

  test('change no number', async () => {
    const runtime = await testRuntime();
    const x = { shape: [2, CHANNELS, 2, 2], data: randomFloats(8 * CHANNELS, 3) };
    const [plain, late] = [await runtime.load(model), await runtime.load(lateCasts(model))];
    const [a, b] = [await plain.run({ x }), await late.run({ x })];
    expectClose(b['y']!.data, a['y']!.data, { abs: 0, rel: 0 });
    await Promise.all([plain.release(), late.release()]);
  });

  test('wait for what the weights are used with that are made of them', async () => {
    // As a magnitude of DoRA is used: the weight's own lengths scale it.
    const scaled = mul(div(input('strength', []), sqrt(sum(mul(heavy, heavy), [1]))), heavy);
    const y = conv2d(relu(input('x', ['b', CHANNELS, 2, 2])), scaled, undefined, {
      stride: 1,
      pads: [0, 0, 0, 0],
      wrap: false,
    });
    const plain = lower({ outputs: { y } }, { weights: 'stored' });
    const late = lateCasts(plain);
    expect(before(late, 'Relu', 'Cast')).toBe(true);
    const runtime = await testRuntime();
    const feeds = {
      x: { shape: [1, CHANNELS, 2, 2], data: randomFloats(4 * CHANNELS, 3) },
      strength: { shape: [], data: Float32Array.of(2) },
    };
    const [one, other] = [await runtime.load(plain), await runtime.load(late)];
    expectClose((await other.run(feeds))['y']!.data, (await one.run(feeds))['y']!.data, { abs: 0, rel: 0 });
    await Promise.all([one.release(), other.release()]);
  });

  test('are left to small weights', () => {
    const small = weight(memoryWeight('w', 'F16', [1, 1, 1, 1], new Uint8Array(2)));
    const y = conv2d(input('x', [1, 1, 2, 2]), small, undefined, { stride: 1, pads: [0, 0, 0, 0], wrap: false });
    const one = lower({ outputs: { y } }, { weights: 'stored' });
    expect(lateCasts(one).nodes).toEqual(one.nodes);
  });
});
