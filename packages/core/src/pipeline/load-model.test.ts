import { describe, expect, test } from 'vitest';
import { bytesSource } from '../bytes/index.ts';
import type { WeightRef } from '../graph/index.ts';
import { createCheckpoint, SD_LATENT_SCALE, type Checkpoint } from '../models/index.ts';
import { tensor } from '../tensor/index.ts';
import { fill, madeModel, madeUpTaesd, testRuntime } from '../testing/vitest/index.ts';
import { tinyCheckpoint, tinyWeights, type TinyBase } from '../testing/vitest/tiny-checkpoint.ts';
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

const UNET = 'model.diffusion_model.';
const OUT = `${UNET}out.2.bias`;

interface Made {
  readonly base: TinyBase;
  readonly weights?: ReadonlyMap<string, WeightRef>;
  /** Names of tensors besides. */
  readonly markers?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly said?: LoadModelOptions['said'];
}

async function loadMade({
  base,
  weights = tinyWeights(base),
  markers = [],
  metadata = {},
  said,
}: Made): Promise<LoadedModel> {
  const entry = (name: string): [string, never] => [name, { name, shape: [0] } as never];
  const file = {
    name: 'tiny',
    container: 'safetensors',
    tensors: new Map(markers.map(entry)),
    metadata: new Map(Object.entries(metadata)),
    value: undefined,
  } as const;
  return loadModel(await testRuntime(), createCheckpoint({ main: { file, weights } }), {
    name: 'tiny',
    hash: async () => undefined,
    tiling: false,
    ...(said ? { said } : {}),
  });
}

/** SD2 whose UNet answers below, or above, what it was given. */
function answering(by: number): ReadonlyMap<string, WeightRef> {
  const weights = new Map(tinyWeights('SD2'));
  const last = weights.get(OUT)!;
  const store = bytesSource('bias', new Uint8Array(new Float32Array(4).fill(by).buffer));
  return weights.set(OUT, { ...last, dtype: 'F32', store, offset: 0, length: store.size });
}

describe('what a network predicts', () => {
  test.each([
    [-20, 'v'],
    [20, 'epsilon'],
  ] as const)('SD2 is asked: an answer of about %d means %s', async (by, prediction) => {
    expect(await loadMade({ base: 'SD2', weights: answering(by) })).toMatchObject({ prediction, zeroTerminal: false });
  });

  test('other bases are not, nor is SD2 where something was said', async () => {
    const weights = new Map(tinyWeights('SD1')).set(OUT, answering(-20).get(OUT)!);
    expect(await loadMade({ base: 'SD1', weights })).toMatchObject({ prediction: 'epsilon' });
    const said = { config: { prediction: 'epsilon', zeroTerminal: false, name: 'tiny.yaml' } } as const;
    expect(await loadMade({ base: 'SD2', weights: answering(-20), said })).toMatchObject({ prediction: 'epsilon' });
  });

  test('markers and metadata are read off the file', async () => {
    const markers = ['v_pred', 'ztsnr'];
    expect(await loadMade({ base: 'SDXL', markers })).toMatchObject({ prediction: 'v', zeroTerminal: true });
    const metadata = { 'modelspec.prediction_type': 'epsilon' };
    expect(await loadMade({ base: 'SDXL', markers, metadata })).toMatchObject({
      prediction: 'epsilon',
      zeroTerminal: false,
    });
  });
});

test('a UNet that reads something else is refused', async () => {
  const weights = new Map(tinyWeights('SD1'));
  const name = `${UNET}input_blocks.0.0.weight`;
  const first = weights.get(name)!;
  const [outs = 0, , ...kernel] = first.shape;
  await expect(
    loadMade({ base: 'SD1', weights: weights.set(name, { ...first, shape: [outs, 5, ...kernel] }) }),
  ).rejects.toMatchObject({
    name: 'ModelError',
    message: expect.stringContaining('5') as unknown,
  });
});
