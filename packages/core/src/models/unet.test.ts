import { describe, expect, test } from 'vitest';
import { input, printGraph, type Shape, type Value } from '../graph/index.ts';
import { createScope } from '../nn/index.ts';
import { compile, type Feeds, type Program } from '../runtime/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { randomFloats } from '../testing/vitest/random.ts';
import { rolled } from '../testing/vitest/run.ts';
import { testRuntime } from '../testing/vitest/runtime.ts';
import { madeUpWeights, recordingScope, shapesOf } from '../testing/vitest/shapes.ts';
import { TINY_UNET } from '../testing/vitest/tiny.ts';
import { unet, type UNetOptions } from './unet.ts';

const inputs = (size: Shape): { x: Value; t: Value; context: Value } => ({
  x: input('x', ['b', 4, ...size]),
  t: input('t', ['b']),
  context: input('context', ['r', 'n', 8]),
});
const EVEN = ['2*h', '2*w'];
const WEIGHTS = madeUpWeights(shapesOf((p) => unet(p, TINY_UNET, inputs(EVEN))));
const predicted = (size: Shape, options?: UNetOptions): Value =>
  unet(createScope(WEIGHTS, { model: 'tiny' }), TINY_UNET, inputs(size), options);

const programs = new Map<string, Promise<Program>>();
/** Predictions of a network that is compiled once for all tests. */
async function predict(size: Shape, feeds: Feeds, options: UNetOptions = {}): Promise<Tensor> {
  const key = JSON.stringify([size, options]);
  const program = programs.get(key) ?? compile(await testRuntime(), { outputs: { y: predicted(size, options) } });
  programs.set(key, program);
  return (await (await program).run(feeds))['y']!;
}

const latent = (rows: number, h: number, w: number): Tensor =>
  tensor([rows, 4, h, w], randomFloats(rows * 4 * h * w, 5));
const words = (rows: number): Tensor => tensor([rows, 3, 8], randomFloats(rows * 24, 6));
const TIMES = tensor([2], Float32Array.of(1, 700.5));
/** Values are around 1; different kernels and orders of summing differ by some roundings. */
const CLOSE = { abs: 2e-4, rel: 2e-4 };

describe('unet', () => {
  test('has the graph that it had', async () => {
    const { scope } = recordingScope();
    const graph = printGraph({ outputs: { out: unet(scope, TINY_UNET, inputs(EVEN)) } });
    await expect(graph).toMatchFileSnapshot('unet.graph.txt');
  });

  test('keeps the size of its input, in rows of the context', () => {
    expect(predicted(EVEN).shape).toEqual(['r', 4, '2*h', '2*w']);
    expect(predicted(['h', 'w']).shape).toEqual(['r', 4, 'h', 'w']);
    expect(predicted([6, 5]).shape).toEqual(['r', 4, 6, 5]);
  });

  test('serves several rows of context from one row of latent as if each had its own', async () => {
    const [x, context] = [latent(2, 4, 6), words(4)];
    const twice = tensor([4, 4, 4, 6], Float32Array.of(...x.data, ...x.data));
    const t = tensor([4], Float32Array.of(...TIMES.data, ...TIMES.data));
    const shared = await predict(EVEN, { x, t: TIMES, context });
    const single = await predict(EVEN, { x: twice, t, context });
    expect(shared.shape).toEqual([4, 4, 4, 6]);
    expectClose(shared.data, single.data, CLOSE);
  });

  test('takes sizes that do not halve, and gives the same whether these are known or not', async () => {
    const feeds = { x: latent(2, 5, 7), t: TIMES, context: words(2) };
    const symbolic = await predict(['h', 'w'], feeds);
    expect(symbolic.shape).toEqual([2, 4, 5, 7]);
    expectClose(symbolic.data, (await predict([5, 7], feeds)).data, CLOSE);
    const even = { ...feeds, x: latent(2, 4, 6) };
    expectClose((await predict(['h', 'w'], even)).data, (await predict(EVEN, even)).data, CLOSE);
  });

  test('tiling, moves its output with its input; else it does not', async () => {
    const [x, context] = [latent(2, 4, 6), words(2)];
    const error = async (options: UNetOptions): Promise<number> => {
      const still = await predict(EVEN, { x, t: TIMES, context }, options);
      const moved = await predict(EVEN, { x: rolled(x, 2, 4), t: TIMES, context }, options);
      const expected = rolled(still, 2, 4).data;
      return moved.data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i]!)), 0);
    };
    expect(await error({ tiling: true })).toBeLessThan(CLOSE.abs);
    expect(await error({})).toBeGreaterThan(10 * CLOSE.abs);
  });
});
