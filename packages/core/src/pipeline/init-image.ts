import { imageNoise, type Latent, type Mask, type NoiseSource } from '../diffusion/index.ts';
import { RequestError, type Cancel } from '../errors/index.ts';
import {
  latentMask,
  pictureToTensor,
  prepareImage,
  prepareMask,
  UPSCALERS,
  type ImageCodec,
  type MaskedContent,
  type Picture,
  type Place,
  type ResizeMode,
} from '../image/index.ts';
import { interpolate, type Seed, type Tensor } from '../tensor/index.ts';
import type { InfotextValue } from '../formats/index.ts';
import { encodePictures } from './latents.ts';
import type { LoadedModel } from './model.ts';
import { conditioningFromPictures } from './picture-conditioning.ts';
import type { PictureConditioning } from './predictor.ts';
import type { ProcessRandom } from './process-random.ts';
import type { ImageRequest } from './request.ts';

/** Where an image-to-image request starts. */
export interface InitImage {
  /** [b, z, h, w], scaled. */
  readonly latent: Tensor;
  readonly mask: Mask | undefined;
  readonly picture: PictureConditioning | undefined;
  /** Per image of the batch: what is laid over the result, and where the result belongs in it. */
  readonly overlays: readonly { readonly overlay: Picture; readonly place: Place | undefined }[];
  /** Per image: the picture whose colours the result takes on. */
  readonly colors: readonly Picture[];
  /** Entries for the infotext. */
  readonly extra: readonly (readonly [string, InfotextValue])[];
  /** Notes for the user. */
  readonly notes: readonly string[];
}

export interface InitImageInput {
  readonly request: ImageRequest;
  readonly model: LoadedModel;
  readonly codec: ImageCodec;
  /** Seeds of all images; those of the first batch give the noise that fills a mask. */
  readonly seeds: readonly Seed[];
  readonly source: NoiseSource;
  readonly random: ProcessRandom;
  readonly cancel?: Cancel | undefined;
}

const LATENT_FILL: Readonly<Record<number, string>> = { 0: 'fill', 2: 'latent noise', 3: 'latent nothing' };

/** Prepares mask and pictures, encodes them, and fills the masked part, in A1111's order. Throws RequestError and FormatError. */
export async function initImage(input: InitImageInput): Promise<InitImage> {
  const { request, model, codec, random, cancel } = input;
  const { options, width, height, mask_round: round } = request;
  const extra: (readonly [string, InfotextValue])[] = [];
  const notes: string[] = [];
  const resizeMode = request.resize_mode as ResizeMode;
  const upscaler = UPSCALERS.get(options.upscaler_for_img2img);
  const fill = request.inpainting_fill as MaskedContent;

  // Mask
  const given = request.mask ? await codec.decode(request.mask, 'mask') : undefined;
  const blur = { x: request.mask_blur ?? request.mask_blur_x, y: request.mask_blur ?? request.mask_blur_y };
  const prepared =
    given &&
    prepareMask(given, {
      width,
      height,
      resizeMode,
      invert: request.inpainting_mask_invert === 1,
      blurX: blur.x,
      blurY: blur.y,
      round,
      onlyMasked: request.inpaint_full_res,
      padding: request.inpaint_full_res_padding,
      upscaler,
    });
  if (given) {
    if (request.inpainting_mask_invert === 1) extra.push(['Mask mode', 'Inpaint not masked']);
    if (blur.x > 0 || blur.y > 0) extra.push(['Mask blur', blur.x === blur.y ? blur.x : null]);
    if (prepared?.region) {
      extra.push(['Inpaint area', 'Only masked'], ['Masked area padding', request.inpaint_full_res_padding]);
    }
    if (!prepared) notes.push('The mask is blank, so the whole picture is drawn anew.');
    else extra.push(['Masked content', LATENT_FILL[fill] ?? null]);
  }

  // Pictures
  const count = request.init_images.length;
  if (count > 1 && count > request.batch_size) {
    throw new RequestError('init_images', `${count} pictures for a batch of ${request.batch_size}`, {
      hint: 'Give one picture, or as many as the batch has.',
    });
  }
  const images = [];
  for (const [i, bytes] of request.init_images.entries()) {
    const source = await codec.decode(bytes, `init_images[${i}]`);
    images.push(
      prepareImage(source, prepared, {
        width,
        height,
        resizeMode,
        background: options.img2img_background_color,
        maskedContent: fill,
        upscaler,
      }),
    );
  }
  const batchSize = count === 1 ? request.batch_size : count;
  const each = <T>(list: readonly T[]): T[] => Array.from({ length: batchSize }, (_, i) => list[count === 1 ? 0 : i]!);
  const pixels = each(images.map(({ image }) => pictureToTensor(image)));

  // Latents
  let latent = await encodePictures(model, pixels, random.generator(), cancel);
  const size = { height: Math.floor(height / 8), width: Math.floor(width / 8) };
  if (resizeMode === 3) latent = interpolate(latent, { ...size, mode: 'bilinear' });
  let mask: Mask | undefined;
  if (prepared) {
    const [, channels = 0, h = 0, w = 0] = latent.shape;
    const plane = latentMask(prepared.mask, { width: w, height: h, round });
    const change = Float32Array.from(latent.data, (_, i) => plane[i % (h * w)]!);
    if (fill === 2 || fill === 3) {
      const seeds = input.seeds.slice(0, batchSize);
      let noise: Latent | undefined;
      if (fill === 2) {
        noise = imageNoise({ source: input.source, shape: [channels, h, w], seeds }).next();
        random.afterStart(seeds);
      }
      latent = {
        shape: latent.shape,
        data: latent.data.map((v, i) => v * (1 - change[i]!) + (noise ? noise[i]! * change[i]! : 0)),
      };
    }
    mask = { picture: latent.data, change };
  }
  const picture = await conditioningFromPictures(
    model,
    {
      pixels,
      mask: prepared?.mask,
      round,
      maskWeight: options.inpainting_mask_weight,
      height: latent.shape[2]!,
      width: latent.shape[3]!,
      editGuidance: (request.image_cfg_scale ?? 1) !== 1,
    },
    random.generator(),
    cancel,
  );
  return {
    latent,
    mask,
    picture,
    overlays: each(images).flatMap(({ overlay, place }) => (overlay ? [{ overlay, place }] : [])),
    colors: options.img2img_color_correction ? each(images.map(({ image }) => image)) : [],
    extra,
    notes,
  };
}
