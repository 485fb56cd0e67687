import { pictureToTensor, resizeToMode, tensorToPicture, UPSCALERS } from '../image/index.ts';
import { interpolate, tensor, type Tensor } from '../tensor/index.ts';
import type { HiresPlan } from './hires.ts';
import type { Job } from './job.ts';
import { decodeLatents, encodePictures } from './latents.ts';
import type { LoadedModel } from './model.ts';
import type { PassResult } from './pass.ts';
import { conditioningFromNothing, conditioningFromPictures } from './picture-conditioning.ts';
import type { PictureConditioning } from './predictor.ts';

/** What a second pass starts from. */
export interface Enlarged {
  /** [b, z, h, w], of the size of the second pass. */
  readonly latents: Tensor;
  readonly picture: PictureConditioning | undefined;
}

/**
 * Enlarges what a first pass drew for a second one, by the plan's upscaler of latents or of pictures, and cuts what is over; `model` is the
 * second pass's. Throws AbortedError and RuntimeError.
 */
export async function enlarge(job: Job, plan: HiresPlan, first: PassResult, model: LoadedModel): Promise<Enlarged> {
  const how = plan.latent ? enlargeLatents : enlargePictures;
  const { latents, picture } = await how(job, plan, first, model);
  return { latents: cutLatents(latents, plan.cutX, plan.cutY), picture };
}

async function enlargeLatents(
  { request, hooks, random }: Job,
  { width, height, latent }: HiresPlan,
  first: PassResult,
  model: LoadedModel,
): Promise<Enlarged> {
  const size = { height: Math.floor(height / 8), width: Math.floor(width / 8) };
  const latents = interpolate(first.latents, { ...size, mode: latent!.mode, antialias: latent!.antialias });
  const maskWeight = request.options.inpainting_mask_weight;
  if (maskWeight < 1) {
    const pixels = await decodeLatents(model, latents, 'Full', hooks.cancel);
    const from = { pixels, maskWeight, ...size, editGuidance: false };
    return { latents, picture: await conditioningFromPictures(model, from, random.generator(), hooks.cancel) };
  }
  const grey = { height: 8 * size.height, width: 8 * size.width };
  return {
    latents,
    picture: await conditioningFromNothing(
      model,
      grey,
      random.generator(),
      { count: latents.shape[0]!, method: request.options.sd_vae_encode_method },
      hooks.cancel,
    ),
  };
}

async function enlargePictures(
  { request, hooks, random }: Job,
  { width, height, upscaler: name }: HiresPlan,
  first: PassResult,
  model: LoadedModel,
): Promise<Enlarged> {
  const upscaler = UPSCALERS.get(name);
  const { options } = request;
  const decoded = await decodeLatents(first.model, first.latents, options.sd_vae_decode_method, hooks.cancel);
  const pixels = decoded.map((one) =>
    pictureToTensor(resizeToMode(tensorToPicture(one), { mode: 0, width, height, upscaler })),
  );
  const latents = await encodePictures(model, pixels, random.generator(), hooks.cancel, options.sd_vae_encode_method);
  // The webui hands these pictures on in 0…1 here, not in −1…1.
  const unit = pixels.map((one) => ({ shape: one.shape, data: one.data.map((v) => (v + 1) / 2) }));
  const [, , h = 0, w = 0] = latents.shape;
  const from = { pixels: unit, maskWeight: options.inpainting_mask_weight, height: h, width: w, editGuidance: false };
  return { latents, picture: await conditioningFromPictures(model, from, random.generator(), hooks.cancel) };
}

/** Cuts rows and columns off, half on each side, the odd one at the end. */
function cutLatents(x: Tensor, cutX: number, cutY: number): Tensor {
  if (cutX === 0 && cutY === 0) return x;
  const [b = 0, c = 0, h = 0, w = 0] = x.shape;
  const [left, top] = [Math.floor(cutX / 2), Math.floor(cutY / 2)];
  const out = tensor([b, c, h - cutY, w - cutX]);
  const [, , height = 0, width = 0] = out.shape;
  for (let plane = 0; plane < b * c; plane++) {
    for (let y = 0; y < height; y++) {
      const from = (plane * h + y + top) * w + left;
      out.data.set(x.data.subarray(from, from + width), (plane * height + y) * width);
    }
  }
  return out;
}
