import { describe, expect, test } from 'vitest';
import type { WeightRef } from '../graph/index.ts';
import { tinyWeights, type TinyBase } from '../testing/vitest/tiny-checkpoint.ts';
import type { OpenedModel } from './checkpoint.ts';
import { drawsText } from './draws-text.ts';

const CONV_IN = 'model.diffusion_model.input_blocks.0.0.weight';

function model(base: TinyBase, change: (weights: Map<string, WeightRef>) => void = () => undefined): OpenedModel {
  const weights = new Map(tinyWeights(base));
  change(weights);
  const tensors = new Map([...weights].map(([name, { dtype, shape }]) => [name, { name, dtype, shape }]));
  const file = { name: 'tiny', container: 'safetensors', tensors, metadata: new Map(), value: undefined };
  return { file: file as unknown as OpenedModel['file'], weights };
}

const without =
  (prefix: string) =>
  (weights: Map<string, WeightRef>): void => {
    for (const name of weights.keys()) if (name.startsWith(prefix)) weights.delete(name);
  };
const channels =
  (count: number) =>
  (weights: Map<string, WeightRef>): void => {
    const [out = 0, , ...kernel] = weights.get(CONV_IN)!.shape;
    weights.set(CONV_IN, { ...weights.get(CONV_IN)!, shape: [out, count, ...kernel] });
  };
const quantised = (weights: Map<string, WeightRef>): void => {
  weights.set('scaled_fp8', weights.get(CONV_IN)!);
};

describe('drawsText', () => {
  test.each(['SD1', 'SD2', 'SDXL'] as const)('%s does', (base) => {
    expect(drawsText(model(base))).toBe(true);
  });

  test.each<[string, OpenedModel]>([
    ['a refiner', model('SDXL refiner')],
    ['a UNet alone', model('SD1', (weights) => ['cond_', 'first_'].forEach((prefix) => without(prefix)(weights)))],
    ['one without a second text encoder', model('SDXL', without('conditioner.embedders.1.'))],
    ['one without a VAE', model('SD1', without('first_stage_model.'))],
    ['one for inpainting', model('SD1', channels(9))],
    ['one that edits pictures', model('SD1', channels(8))],
    ['one for depth', model('SD2', channels(5))],
    ['one whose weights are in another form', model('SD1', quantised)],
  ])('%s does not', (_, one) => {
    expect(drawsText(one)).toBe(false);
  });
});
