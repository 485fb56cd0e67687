import { describe, expect, test } from 'vitest';
import { torchRandom, type Tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { fakeModel } from '../testing/vitest/fake-model.ts';
import { fill } from '../testing/vitest/fill.ts';
import { batch, decodeLatents, encodePictures, imageAt } from './latents.ts';
import type { LoadedModel } from './model.ts';

const model = (scale: number): LoadedModel => ({ ...fakeModel(), latentScale: scale });
const encode = (pixels: readonly Tensor[], scale = 1): Promise<Tensor> =>
  encodePictures(model(scale), pixels, torchRandom(1));

test('batch and imageAt are inverse', () => {
  const images = [1, 2, 3].map((seed) => fill(seed, [1, 4, 2, 3]));
  const all = batch(images);
  expect(all.shape).toEqual([3, 4, 2, 3]);
  images.forEach((image, i) => expect(imageAt(all, i)).toEqual(image));
});

describe('encodePictures', () => {
  const pixels = fill(1, [1, 3, 16, 24]);

  test('scales latents, image by image', async () => {
    const one = await encode([pixels]);
    const two = await encode([pixels, fill(2, [1, 3, 16, 24])], 2);
    expect(two.shape).toEqual([2, 4, 2, 3]);
    expectClose(
      imageAt(two, 0).data,
      one.data.map((v) => 2 * v),
    );
  });

  test('encodes a picture once that fills a batch, and draws for each image', async () => {
    const calls: Tensor[] = [];
    const fake = model(1);
    const unsure = {
      ...fake,
      networks: {
        ...fake.networks,
        encodePicture: async (one: Tensor) => {
          calls.push(one);
          return fill(3, [1, 8, 2, 3]);
        },
      },
    };
    const latents = await encodePictures(unsure, [pixels, pixels], torchRandom(1));
    expect(calls).toEqual([pixels]);
    expect(imageAt(latents, 0)).not.toEqual(imageAt(latents, 1));
  });
});

describe('decodeLatents', () => {
  const latents = fill(4, [2, 4, 2, 3]);

  test('undoes what encoding does', async () => {
    const pictures = await decodeLatents(model(0.5), latents, 'Full');
    expect(pictures.map(({ shape }) => shape)).toEqual([
      [1, 3, 16, 24],
      [1, 3, 16, 24],
    ]);
    const again = await encode(pictures, 0.5);
    // The fourth channel of the fake VAE is grey.
    const colors = (x: Tensor): number[] => [...x.data.subarray(0, 18), ...x.data.subarray(24, 42)];
    expect(colors(again)).toEqual(colors(latents).map((v) => expect.closeTo(v, 5) as number));
  });

  test('without the VAE is a small picture', async () => {
    const [small] = await decodeLatents(model(1), latents, 'Approx cheap');
    expect(small!.shape).toEqual([1, 3, 2, 3]);
  });

  test('refuses what are no numbers', async () => {
    const broken = { shape: [1, 4, 1, 1], data: new Float32Array(4).fill(Number.NaN) };
    for (const method of ['Full', 'Approx cheap']) {
      const error = { code: 'model', at: 'fake', message: expect.stringContaining('UNet') as unknown };
      await expect(decodeLatents(model(1), broken, method)).rejects.toMatchObject(error);
    }
  });

  test('refuses what a VAE makes no numbers of', async () => {
    const fake = model(1);
    const decodePicture = async (): Promise<Tensor> => ({ shape: [1], data: Float32Array.of(Number.NaN) });
    const broken = { ...fake, networks: { ...fake.networks, decodePicture } };
    const error = { code: 'model', at: 'fake', message: expect.stringContaining('VAE') as unknown };
    await expect(decodeLatents(broken, latents, 'Full')).rejects.toMatchObject(error);
  });
});
