import { describe, expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { createScope } from '../nn/index.ts';
import { tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { randomFloats } from '../testing/vitest/random.ts';
import { evaluate } from '../testing/vitest/run.ts';
import { madeUpWeights, shapesOf } from '../testing/vitest/shapes.ts';
import { TINY_VISION } from '../testing/vitest/tiny.ts';
import { shapesOnly } from '../testing/vitest/weights.ts';
import { clipVision, inferClipVision, type ClipVisionConfig } from './clip-vision.ts';

const pixels = input('pixels', ['b', 3, 6, 6]);
const SHAPES = shapesOf((p) => clipVision(p, TINY_VISION, pixels));

describe('inferClipVision', () => {
  const infer = (shapes: Readonly<Record<string, readonly number[]>>): ClipVisionConfig =>
    inferClipVision(createScope(shapesOnly(shapes), { model: 'file' }), 'file');

  test('reads off the shapes of a tower what made them', () => {
    expect(infer(SHAPES)).toEqual(TINY_VISION);
  });

  test.each<[string, Record<string, readonly number[]>]>([
    ['nothing', {}],
    ['no projection', { ...SHAPES, 'visual_projection.weight': [] }],
    ['positions that make no square', { ...SHAPES, 'vision_model.embeddings.position_embedding.weight': [9, 128] }],
    ['a width that makes no heads', { ...SHAPES, 'vision_model.embeddings.patch_embedding.weight': [100, 3, 2, 2] }],
  ])('refuses %s', (_, shapes) => {
    expect(() => infer(shapes)).toThrowError(
      expect.objectContaining({ name: 'ModelError', at: 'file', hint: expect.any(String) as unknown }),
    );
  });
});

describe('clipVision', () => {
  const outputs = clipVision(createScope(madeUpWeights(SHAPES), { model: 'tiny' }), TINY_VISION, pixels);

  test('gives the class token and its projection', () => {
    expect(outputs.pooled.shape).toEqual(['b', 128]);
    expect(outputs.embedding.shape).toEqual(['b', 32]);
  });

  test('treats the pictures of a batch apart', async () => {
    const data = randomFloats(2 * 108, 1);
    const both = await evaluate(outputs, { pixels: tensor([2, 3, 6, 6], data) });
    const second = await evaluate(outputs, { pixels: tensor([1, 3, 6, 6], data.slice(108)) });
    expectClose(both.embedding.data.subarray(32), second.embedding.data);
    expectClose(both.pooled.data.subarray(128), second.pooled.data);
  });
});
