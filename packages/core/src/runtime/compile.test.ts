import { describe, expect, test } from 'vitest';
import { input, weight } from '../graph/index.ts';
import type { OnnxModel } from '../onnx/index.ts';
import { conv2d } from '../ops/index.ts';
import { shapesOnly } from '../testing/vitest/weights.ts';
import { compile } from './compile.ts';
import type { Program, RuntimeTraits } from './port.ts';

const [ref] = shapesOnly({ w: [16, 16, 1, 1] }, 'F16').values();
const y = conv2d(input('x', [1, 16, 2, 2]), weight(ref!), undefined, { stride: 1, pads: [0, 0, 0, 0], wrap: false });
const program: Program = { run: async () => ({}), release: async () => {} };

/** The model that a runtime with these traits is handed. */
async function loaded(traits: RuntimeTraits): Promise<OnnxModel> {
  const models: OnnxModel[] = [];
  const load = async (model: OnnxModel): Promise<Program> => {
    models.push(model);
    return program;
  };
  expect(await compile({ name: 'fake', traits, load, close: async () => {} }, { outputs: { y } })).toBe(program);
  return models[0]!;
}

describe('compile lowers a graph as the runtime wants it:', () => {
  test('in float32, in blocks', async () => {
    const model = await loaded({ weights: 'f32', block: 16 });
    expect(model.weights.map(({ form }) => form)).toEqual([{ dtype: 'f32', blocked: { order: 'inout', block: 16 } }]);
  });

  test('in float32, plain', async () => {
    const model = await loaded({ weights: 'f32', block: 0 });
    expect(model.weights.map(({ form }) => form)).toEqual([{ dtype: 'f32' }]);
    expect(model.nodes.map((node) => node.type)).toEqual(['Conv']);
  });

  test('as stored', async () => {
    const model = await loaded({ weights: 'stored', block: 0 });
    expect(model.weights.map(({ form }) => form)).toEqual([{ dtype: 'stored' }]);
    expect(model.nodes.map((node) => node.type)).toEqual(['Cast', 'Conv']);
  });
});
