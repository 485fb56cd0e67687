import { expect, test } from 'vitest';
import { modelSpecMetadata, type ModelSpec } from './modelspec.ts';

const PLAIN: ModelSpec = { base: 'SD1', kind: 'lora', title: 't', date: new Date(0), implementationVersion: 'graft/1' };
const of = (changes: Partial<ModelSpec>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...modelSpecMetadata({ ...PLAIN, ...changes })].map(([key, value]) => [key.replace('modelspec.', ''), value]),
  );

test('a file has the required fields', () => {
  expect(of({})).toEqual({
    architecture: 'stable-diffusion-v1/lora',
    implementation: 'diffusers',
    title: 't',
    resolution: '512x512',
    sai_model_spec: '1.0.1',
    date: '1970-01-01T00:00:00',
    prediction_type: 'epsilon',
    implementation_version: 'graft/1',
  });
});

test.each([
  [{ base: 'SD2' }, 'stable-diffusion-v2-512/lora', '512x512'],
  [{ base: 'SD2', vPrediction: true }, 'stable-diffusion-v2-768-v/lora', '768x768'],
  [{ base: 'SDXL', kind: 'checkpoint' }, 'stable-diffusion-xl-v1-base', '1024x1024'],
  [{ kind: 'textual-inversion', resolution: [768, 512] }, 'stable-diffusion-v1/textual-inversion', '768x512'],
] as const)('%j', (changes, architecture, resolution) => {
  expect(of(changes)).toMatchObject({ architecture, resolution });
});
