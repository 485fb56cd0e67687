import { describe, expect, test } from 'vitest';
import { tinyCheckpoint, tinyUNet, tinyWeights } from '../testing/vitest/tiny-checkpoint.ts';
import { inferModel } from './infer-model.ts';

const WEIGHTS = tinyWeights('SD1');

describe('inferModel', () => {
  test.each([
    ['SD1', ['te1']],
    ['SDXL', ['te1', 'te2']],
  ] as const)('tells the networks of %s', (base, towers) => {
    const inferred = inferModel(tinyCheckpoint(base));
    expect(inferred.unet).toEqual(tinyUNet(base));
    expect(inferred.conditioning.base).toBe(base);
    expect(Object.keys(inferred.towers)).toEqual(towers);
  });

  test.each(['model.diffusion_model.', 'cond_stage_model.', 'first_stage_model.'])('misses %s', (part) => {
    const rest = new Map([...WEIGHTS].filter(([name]) => !name.startsWith(part)));
    expect(() => inferModel(tinyCheckpoint('SD1', rest))).toThrowError(expect.objectContaining({ name: 'ModelError' }));
  });
});
