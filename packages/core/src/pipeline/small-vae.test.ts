import { beforeAll, describe, expect, test } from 'vitest';
import { FormatError } from '../errors/index.ts';
import { input } from '../graph/index.ts';
import { taesdDecoder, taesdEncoder, type OpenedModel } from '../models/index.ts';
import { createScope } from '../nn/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { evaluate } from '../testing/vitest/run.ts';
import { expectClose, fill, madeModel, madeUpTaesd, testRuntime } from '../testing/vitest/index.ts';
import { createSmallVae, type SmallNetwork, type SmallVae } from './small-vae.ts';

const { decoder, encoder } = madeUpTaesd();
const LATENT = fill(1, [1, 4, 2, 3]);
const PIXELS = fill(2, [1, 3, 16, 24]);

let files: Readonly<Record<SmallNetwork, OpenedModel>>;
beforeAll(async () => {
  const diffusers = Object.fromEntries(
    Object.entries(encoder).map(([name, values]) => [`encoder.layers.${name}`, values]),
  );
  files = {
    'taesd-decoder': await madeModel('taesd_decoder.safetensors', decoder),
    'taesd-encoder': await madeModel('taesd.safetensors', diffusers),
    'approx-nn': await madeModel('model.pt', decoder),
  };
});

async function small(changes: Partial<Record<SmallNetwork, OpenedModel | undefined>> = {}): Promise<SmallVae> {
  const all = { ...files, ...changes };
  return createSmallVae(await testRuntime(), async (network) => all[network], 'sd');
}

describe('a small VAE', () => {
  test('decodes to −1…1 as the network itself does to 0…1', async () => {
    const scope = createScope(files['taesd-decoder'].weights, { model: 'own' });
    const { own } = await evaluate({ own: taesdDecoder(scope, input('latent', LATENT.shape)) }, { latent: LATENT });
    const vae = await small();
    await vae.prepare('TAESD', LATENT);
    const pixels = await vae.decode('TAESD', LATENT);
    expect(pixels.shape).toEqual([1, 3, 16, 24]);
    expectClose(
      pixels.data,
      own.data.map((v) => 2 * v - 1),
    );
    await vae.release();
  });

  test('encodes −1…1 as the network itself does 0…1, also under the names of diffusers', async () => {
    const own = await madeModel('own', encoder);
    const scope = createScope(own.weights, { model: 'own' });
    const pixels = { shape: PIXELS.shape, data: PIXELS.data.map((v) => (v + 1) / 2) };
    const { latent } = await evaluate({ latent: taesdEncoder(scope, input('pixels', PIXELS.shape)) }, { pixels });
    const vae = await small();
    expectClose((await vae.encode(PIXELS)).data, latent.data);
    await vae.release();
  });

  test('without a file names the setting and the file', async () => {
    const vae = await small({ 'taesd-decoder': undefined, 'taesd-encoder': undefined });
    expect(await vae.has('taesd-decoder')).toBe(false);
    await expect(vae.decode('TAESD', LATENT)).rejects.toMatchObject({ field: 'sd_vae_decode_method' });
    await expect(vae.encode(PIXELS)).rejects.toMatchObject({
      field: 'sd_vae_encode_method',
      message: expect.stringContaining('taesd_encoder.pth') as unknown,
    });
    const larger = createSmallVae(await testRuntime(), async () => undefined, 'sdxl');
    await expect(larger.check('approx-nn')).rejects.toMatchObject({
      message: expect.stringContaining('vaeapprox-sdxl.pt') as unknown,
    });
  });

  test('refuses a file of something else, and one that is damaged', async () => {
    const vae = await small();
    expect(await vae.has('approx-nn')).toBe(true);
    await expect(vae.check('approx-nn')).rejects.toMatchObject({ name: 'ModelError', at: 'model.pt' });
    const broken: Tensor = { shape: [3], data: new Float32Array(3).fill(Number.NaN) };
    const blind = await small({ 'taesd-decoder': await madeModel('blind', { ...decoder, '19.bias': broken }) });
    await expect(blind.decode('TAESD', LATENT)).rejects.toMatchObject({ code: 'model', at: 'blind' });
    await blind.release();
    const cut = createSmallVae(
      await testRuntime(),
      () => Promise.reject(new FormatError('truncated', 'cut', 'is cut off')),
      'sd',
    );
    expect(await cut.has('taesd-decoder')).toBe(true);
    await expect(cut.check('taesd-decoder')).rejects.toMatchObject({ code: 'format' });
  });
});
