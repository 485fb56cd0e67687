import type { Cancel } from '../errors/index.ts';
import { toGray, type Picture } from '../image/index.ts';
import { interpolate, tensor, type Tensor, type TorchRandom } from '../tensor/index.ts';
import { batch, encodePictures, imageAt } from './latents.ts';
import { pictureInput, type LoadedModel } from './model.ts';
import type { PictureConditioning } from './predictor.ts';

export interface FromPictures {
  /** [1, 3, h, w] each, −1…1. */
  readonly pixels: readonly Tensor[];
  /** White may change; none: all may. */
  readonly mask?: Picture | undefined;
  /** Treat the mask as all or nothing. */
  readonly round?: boolean;
  /** 1: the masked part is hidden from the model; 0: it sees it. */
  readonly maskWeight: number;
  /** Size of the latent. */
  readonly height: number;
  readonly width: number;
  /** Guidance on the picture: its own rows leave the picture out for the negative prompt. */
  readonly editGuidance: boolean;
}

/** What an inpainting or editing model sees of the pictures it starts from. Undefined for other models. */
export async function conditioningFromPictures(
  model: LoadedModel,
  from: FromPictures,
  random: TorchRandom,
  cancel?: Cancel,
): Promise<PictureConditioning | undefined> {
  const input = pictureInput(model);
  if (input === 'none') return undefined;
  if (input === 'edit') {
    const means: Tensor[] = [];
    for (const one of from.pixels) {
      const moments = await model.networks.encodePicture(one, cancel);
      const [, both = 0, h = 0, w = 0] = moments.shape;
      means.push(tensor([1, both / 2, h, w], moments.data.subarray(0, moments.data.length / 2)));
    }
    return { channels: batch(means), blankForNegative: from.editGuidance };
  }
  const [, , height = 0, width = 0] = from.pixels[0]!.shape;
  const mask = maskTensor(from.mask, from.round ?? true, { height, width });
  const hidden = new Map<Tensor, Tensor>();
  const masked = from.pixels.map((one) => {
    const known = hidden.get(one) ?? hide(one, mask, from.maskWeight);
    hidden.set(one, known);
    return known;
  });
  const latents = await encodePictures(model, masked, random, cancel);
  const small = interpolate(mask, { height: from.height, width: from.width, mode: 'nearest' });
  return { channels: withMask(small, latents), blankForNegative: false };
}

/** What an inpainting model sees when it draws from text alone: a mask of ones over grey, encoded by a method. Undefined for other models. */
export async function conditioningFromNothing(
  model: LoadedModel,
  size: { readonly height: number; readonly width: number },
  random: TorchRandom,
  { count, method }: { readonly count: number; readonly method: string },
  cancel?: Cancel,
): Promise<PictureConditioning | undefined> {
  if (pictureInput(model) !== 'inpaint') return undefined;
  // A pixel value of 0.5, which is 0 in −1…1.
  const grey = tensor([1, 3, size.height, size.width]);
  const latents = await encodePictures(model, new Array<Tensor>(count).fill(grey), random, cancel, method);
  const [, , h = 0, w = 0] = latents.shape;
  return {
    channels: withMask(tensor([1, 1, h, w], new Float32Array(h * w).fill(1)), latents),
    blankForNegative: false,
  };
}

/** The mask as numbers [1, 1, h, w], 1 where the picture may change. */
function maskTensor(
  mask: Picture | undefined,
  round: boolean,
  { height, width }: { readonly height: number; readonly width: number },
): Tensor {
  if (!mask) return tensor([1, 1, height, width], new Float32Array(height * width).fill(1));
  const { data } = toGray(mask);
  return tensor(
    [1, 1, mask.height, mask.width],
    Float32Array.from(data, (v) => (round ? Math.round(v / 255) : v / 255)),
  );
}

/** x moved towards x·(1 − mask) by `weight`. */
function hide(x: Tensor, mask: Tensor, weight: number): Tensor {
  const area = mask.data.length;
  return { shape: x.shape, data: x.data.map((v, i) => v + weight * (v * (1 - mask.data[i % area]!) - v)) };
}

/** Mask channel, then latent channels, for each image. */
function withMask(mask: Tensor, latents: Tensor): Tensor {
  return batch(
    Array.from({ length: latents.shape[0]! }, (_, i) => {
      const { shape, data } = imageAt(latents, i);
      const [, c = 0, h = 0, w = 0] = shape;
      const out = tensor([1, c + 1, h, w]);
      out.data.set(mask.data);
      out.data.set(data, h * w);
      return out;
    }),
  );
}
