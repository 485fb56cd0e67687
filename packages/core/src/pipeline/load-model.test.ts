import { expect, test } from 'vitest';
import { SD_LATENT_SCALE, type Checkpoint } from '../models/index.ts';
import { tensor } from '../tensor/index.ts';
import { fill, madeModel, madeUpTaesd, testRuntime } from '../testing/vitest/index.ts';
import { tinyCheckpoint, tinyWeights } from '../testing/vitest/tiny-checkpoint.ts';
import { NO_NETWORKS } from './extra-networks.ts';
import { loadModel, type LoadModelOptions } from './load-model.ts';
import type { LoadedModel } from './model.ts';

const WEIGHTS = tinyWeights('SD1');

async function load(changes: Partial<Checkpoint> = {}, options: Partial<LoadModelOptions> = {}): Promise<LoadedModel> {
  const checkpoint = { ...tinyCheckpoint('SD1', WEIGHTS), ...changes };
  return loadModel(await testRuntime(), checkpoint, {
    name: 'tiny',
    hash: async () => '0123456789',
    tiling: false,
    ...options,
  });
}

test('a model is what its file says, and draws', async () => {
  const model = await load({}, { vae: { name: 'other.pt', hash: async () => 'abcdef' } });
  expect(model).toMatchObject({
    name: 'tiny',
    prediction: 'epsilon',
    latentScale: SD_LATENT_SCALE,
    alphas: undefined,
    small: undefined,
    vae: { name: 'other.pt' },
  });
  expect(await model.hash()).toBe('0123456789');
  const out = await model.networks.predict(fill(1, [1, 4, 4, 4]), [5], { context: fill(2, [1, 3, 64]) });
  expect(out.shape).toEqual([1, 4, 4, 4]);
  expect((await model.with(NO_NETWORKS, { steps: 1, hires: false })).model).toBe(model);
  await model.networks.release();
});

test('its own table of noise is widened', async () => {
  const table = { name: 'alphas_cumprod', dtype: 'F32', shape: [3], range: undefined } as const;
  const values = Float32Array.of(0.9, 0.5, 0.25);
  const entry = { ...table, read: async () => new Uint8Array(values.buffer) };
  const model = await load({ tensor: (name) => (name === 'alphas_cumprod' ? entry : undefined) });
  expect(model.alphas).toEqual(values);
});

test('a missing part is told when the model is loaded', async () => {
  const part = new Map([...WEIGHTS].filter(([name]) => !name.startsWith('first_stage_model.')));
  await expect(load(tinyCheckpoint('SD1', part))).rejects.toMatchObject({
    name: 'ModelError',
    hint: expect.stringContaining('--vae') as unknown,
  });
});

test('small networks come from their source, and go with the model', async () => {
  const decoder = await madeModel('taesd_decoder', madeUpTaesd().decoder);
  const asked: unknown[] = [];
  const model = await load(
    {},
    {
      small: async (network, latents) => {
        asked.push([network, latents]);
        return network === 'taesd-decoder' ? decoder : undefined;
      },
    },
  );
  expect(asked).toEqual([]);
  const latent = tensor([1, 4, 2, 2]);
  expect((await model.small!.decode('TAESD', latent)).shape).toEqual([1, 3, 16, 16]);
  expect(asked).toEqual([['taesd-decoder', 'sd']]);
  await model.networks.release();
});
