import { describe, expect, test } from 'vitest';
import { input, printGraph, type Value } from '../graph/index.ts';
import { createScope } from '../nn/index.ts';
import { tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { randomFloats } from '../testing/vitest/random.ts';
import { evaluate, rolled } from '../testing/vitest/run.ts';
import { madeUpWeights, recordingScope, shapesOf } from '../testing/vitest/shapes.ts';
import { TINY_VAE } from '../testing/vitest/tiny.ts';
import { shapesOnly } from '../testing/vitest/weights.ts';
import { inferVae, vaeDecoder, vaeEncoder, type VaeConfig } from './vae.ts';

const pixels = input('pixels', ['b', 3, '2*h', '2*w']);
const latent = input('latent', ['b', 4, 'h', 'w']);
const shapes = (config: VaeConfig): Record<string, readonly number[]> =>
  shapesOf((p) => [
    vaeEncoder(p, config, input('pixels', ['b', 3, '8*h', '8*w'])),
    vaeDecoder(p, config, input('latent', ['b', config.latent, 'h', 'w'])),
  ]);

describe('inferVae', () => {
  test.each<VaeConfig>([
    TINY_VAE,
    { levels: [32], blocks: 2, latent: 4 },
    { levels: [32, 64, 64, 96], blocks: 2, latent: 16 },
  ])('reads %o off the shapes of what it made', (config) => {
    expect(inferVae(createScope(shapesOnly(shapes(config)), { model: 'file' }), 'file')).toEqual(config);
  });

  test('refuses what is none', () => {
    const { 'post_quant_conv.weight': _, ...partial } = shapes(TINY_VAE);
    for (const some of [{}, partial])
      expect(() => inferVae(createScope(shapesOnly(some), { model: 'file' }), 'file')).toThrowError(
        expect.objectContaining({ name: 'ModelError', at: 'file', hint: expect.stringContaining('--vae') as unknown }),
      );
  });
});

describe('the autoencoder', () => {
  const scope = createScope(madeUpWeights(shapes(TINY_VAE)), { model: 'tiny' });
  const encoded = (tiling = false): Value => vaeEncoder(scope, TINY_VAE, pixels, { tiling });
  const decoded = (tiling = false): Value => vaeDecoder(scope, TINY_VAE, latent, { tiling });

  test('halves and doubles the size once for every level but one', () => {
    expect(encoded().shape).toEqual(['b', 8, 'h', 'w']);
    expect(decoded().shape).toEqual(['b', 3, '2*h', '2*w']);
  });

  test('has the graphs that it had', async () => {
    const { scope: any } = recordingScope();
    const outputs = { moments: vaeEncoder(any, TINY_VAE, pixels), picture: vaeDecoder(any, TINY_VAE, latent) };
    await expect(printGraph({ outputs })).toMatchFileSnapshot('vae.graph.txt');
  });

  test('treats the pictures of a batch apart', async () => {
    const data = randomFloats(2 * 3 * 24, 1);
    const { both } = await evaluate({ both: encoded() }, { pixels: tensor([2, 3, 4, 6], data) });
    const { second } = await evaluate({ second: encoded() }, { pixels: tensor([1, 3, 4, 6], data.slice(72)) });
    expectClose(both.data.subarray(both.data.length / 2), second.data);
  });

  test('tiling, the decoder moves its picture with its latent; else it does not', async () => {
    const x = tensor([1, 4, 4, 3], randomFloats(48, 2));
    for (const tiling of [true, false]) {
      const y = decoded(tiling);
      const { picture } = await evaluate({ picture: y }, { latent: x });
      const { moved } = await evaluate({ moved: y }, { latent: rolled(x, 1, 2) });
      const check = (): void => expectClose(moved.data, rolled(picture, 2, 4).data, { abs: 2e-4, rel: 2e-4 });
      if (tiling) check();
      else expect(check).toThrow();
    }
  });
});
