import { describe, expect, test } from 'vitest';
import { input, scalar, type Value } from '../graph/index.ts';
import { add, matmul, mul, relu } from '../ops/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { randomFloats } from '../testing/vitest/random.ts';
import { testRuntime } from '../testing/vitest/runtime.ts';
import { lower } from './lower.ts';
import type { OnnxModel } from './model.ts';
import { splitModel } from './split.ts';

const [up, down, scale] = [input('up', [4, 2]), input('down', [2, 3]), input('scale', [])];
/** With the sizes of results, as nodes have that the runtime cannot infer them of. */
const sized = (outputs: Record<string, Value>): OnnxModel => {
  const model = lower({ outputs }, { weights: 'f32' });
  return { ...model, nodes: model.nodes.map((node) => ({ ...node, shape: [2, 3] })) };
};

describe('a split model', () => {
  const y = add(matmul(up, relu(mul(mul(down, scale), scalar(3)))), scalar(1));
  const model = sized({ y });

  test('does first what needs nothing but early inputs, and gives the same', async () => {
    const { first, second } = splitModel(model, new Set(['down', 'scale']))!;
    expect(first.nodes.map(({ type }) => type)).toEqual(['Mul', 'Mul', 'Relu']);
    expect(second.nodes.map(({ type }) => type)).toEqual(['MatMul', 'Add']);
    expect([first, second].map(({ inputs }) => inputs.map(({ name }) => name))).toEqual([
      ['down', 'scale'],
      ['up', first.outputs[0]!.name],
    ]);
    expect([first, second].map(({ constants }) => constants.length)).toEqual([1, 1]);
    const runtime = await testRuntime();
    const feeds = {
      up: { shape: [4, 2], data: randomFloats(8, 1) },
      down: { shape: [2, 3], data: randomFloats(6, 2) },
      scale: { shape: [], data: Float32Array.of(2) },
    };
    const run = async (one: OnnxModel, given: typeof feeds | object) => (await runtime.load(one)).run({ ...given });
    const whole = await run(model, feeds);
    const across = await run(first, { down: feeds.down, scale: feeds.scale });
    const rest = await run(second, { up: feeds.up, ...across });
    expectClose(rest['y']!.data, whole['y']!.data, { abs: 0, rel: 0 });
  });

  test('is none where nothing is early, or nobody knows the sizes of what goes across', () => {
    expect(splitModel(model, new Set(['up']))).toBeUndefined();
    expect(splitModel(lower({ outputs: { y } }, { weights: 'f32' }), new Set(['down', 'scale']))).toBeUndefined();
  });
});
