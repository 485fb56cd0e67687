import { describe, expect, test } from 'vitest';
import { input, type Value, type WeightRef } from '../graph/index.ts';
import { createScope } from '../nn/index.ts';
import { tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { evaluate } from '../testing/vitest/run.ts';
import { floatWeight, shapesOnly } from '../testing/vitest/weights.ts';
import { textTower } from './text-tower.ts';

const HF = {
  'embeddings.token_embedding.weight': [12, 64],
  'embeddings.position_embedding.weight': [5, 64],
  'encoder.layers.0.mlp.fc1.weight': [96, 64],
  'encoder.layers.0.layer_norm1.weight': [64],
};
const OPEN_CLIP = {
  'token_embedding.weight': [12, 64],
  positional_embedding: [5, 64],
  'transformer.resblocks.0.mlp.c_fc.weight': [96, 64],
  'transformer.resblocks.0.ln_1.weight': [64],
};
const below = (prefix: string, shapes: object): Record<string, readonly number[]> =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [prefix + name, shape as number[]]));
const tower = (shapes: Readonly<Record<string, readonly number[]>>) =>
  textTower(createScope(shapesOnly(shapes), { model: 'file' }), 'file');

describe('textTower', () => {
  test.each([
    ['Hugging Face names', HF, 'hf', 0],
    ['Hugging Face names below text_model', below('text_model.', HF), 'hf', 0],
    [
      'Hugging Face names with a projection',
      { ...below('text_model.', HF), 'text_projection.weight': [32, 64] },
      'hf',
      32,
    ],
    ['OpenCLIP names', OPEN_CLIP, 'openclip', 0],
    ['OpenCLIP names with a projection', { ...OPEN_CLIP, text_projection: [64, 32] }, 'openclip', 32],
  ] as const)('reads %s', (_, shapes, naming, pooled) => {
    const { config, ...rest } = tower(shapes);
    expect(rest).toMatchObject({ naming, pooled });
    expect(config).toMatchObject({ width: 64, layers: 1, activation: naming === 'hf' ? 'quickGelu' : 'gelu' });
  });

  test('OpenCLIP’s tower is told by who trained it, not by its names', () => {
    const scope = createScope(shapesOnly(HF), { model: 'file' });
    expect(textTower(scope, 'file', 'openclip')).toMatchObject({ naming: 'hf', config: { activation: 'gelu' } });
  });

  test('projects alike in both spellings, of which one is the transpose of the other', async () => {
    const columns = Float32Array.from({ length: 64 * 2 }, (_, i) => Math.sin(i));
    const rows = Float32Array.from({ length: 2 * 64 }, (_, i) => columns[(i % 64) * 2 + Math.floor(i / 64)]!);
    const x = input('x', ['b', 64]);
    const feeds = {
      x: tensor(
        [1, 64],
        Float32Array.from({ length: 64 }, (_, i) => Math.cos(i)),
      ),
    };
    const projected = (shapes: ReadonlyMap<string, WeightRef>, name: string, ref: WeightRef): Value =>
      textTower(createScope(new Map([...shapes, [name, ref]]), { model: 'file' }), 'file').project(x);
    const one = projected(shapesOnly(OPEN_CLIP), 'text_projection', floatWeight('p', [64, 2], columns));
    const two = projected(shapesOnly(HF), 'text_projection.weight', floatWeight('p', [2, 64], rows));
    const out = await evaluate({ one, two }, feeds);
    expectClose(out.one.data, out.two.data);
  });

  test('says which file would have the projection that is missing', () => {
    expect(() => tower(OPEN_CLIP).project(input('x', ['b', 64]))).toThrowError(
      expect.objectContaining({ name: 'ModelError', hint: expect.stringContaining('--text-encoder-2') as unknown }),
    );
  });

  test('needs a tower', () => {
    expect(() => tower({})).toThrowError(expect.objectContaining({ name: 'ModelError' }) as Error);
  });
});
