import type { Cancel } from '../errors/index.ts';
import { SdError } from '../errors/index.ts';
import { tensorToPicture, type Picture } from '../image/index.ts';
import { cheapPreview, sampleLatent } from '../models/index.ts';
import { tensor, type Tensor, type TorchRandom } from '../tensor/index.ts';
import type { LoadedModel } from './model.ts';

/** One image of a batch. x [b, ...] → [1, ...] */
export function imageAt(x: Tensor, index: number): Tensor {
  const size = x.data.length / x.shape[0]!;
  return tensor([1, ...x.shape.slice(1)], x.data.subarray(index * size, (index + 1) * size));
}

/** Images of one shape as a batch. n of [1, ...] → [n, ...] */
export function batch(images: readonly Tensor[]): Tensor {
  const [first] = images;
  const out = tensor([images.length, ...(first?.shape.slice(1) ?? [])]);
  images.forEach(({ data }, i) => out.data.set(data, i * data.length));
  return out;
}

/**
 * Latents of pictures, image by image: one draw each from torch's process-wide generator, as the webui makes them.
 * pixels: [1, 3, h, w] in −1…1 each → [b, z, h/8, w/8], scaled.
 */
export async function encodePictures(
  model: LoadedModel,
  pixels: readonly Tensor[],
  random: TorchRandom,
  cancel?: Cancel,
): Promise<Tensor> {
  const latents: Tensor[] = [];
  let last: { readonly pixels: Tensor; readonly moments: Tensor } | undefined;
  for (const one of pixels) {
    // A batch from one picture holds the same tensor again and again; only the draws differ.
    const moments = last?.pixels === one ? last.moments : await model.networks.encodePicture(one, cancel);
    last = { pixels: one, moments };
    latents.push(sampleLatent(moments, model.latentScale, random.normal(moments.data.length / 2)));
  }
  return batch(latents);
}

/** How latents become pixels: the VAE, or its linear approximation. */
export type DecodeMethod = 'Full' | 'Approx cheap';

/** Pixels of latents, image by image. latents [b, z, h, w], scaled → b of [1, 3, H, W], about −1…1. Throws SdError `model` for NaN. */
export async function decodeLatents(
  model: LoadedModel,
  latents: Tensor,
  method: string,
  cancel?: Cancel,
): Promise<readonly Tensor[]> {
  const pictures: Tensor[] = [];
  for (let i = 0; i < latents.shape[0]!; i++) {
    const latent = imageAt(latents, i);
    if (method === 'Approx cheap') {
      pictures.push(cheapPreview(latent));
      continue;
    }
    const pixels = await model.networks.decodePicture(
      { shape: latent.shape, data: latent.data.map((v) => v / model.latentScale) },
      cancel,
    );
    if (pixels.data.some(Number.isNaN)) {
      throw new SdError('model', 'the VAE gave no numbers for this picture', {
        at: model.name,
        hint: 'The file may be damaged; try another VAE with --vae FILE.',
      });
    }
    pictures.push(pixels);
  }
  return pictures;
}

/** The first image of a batch of latents as a small picture. */
export function latentPreview(latents: Tensor): Picture {
  return tensorToPicture(cheapPreview(imageAt(latents, 0)));
}
