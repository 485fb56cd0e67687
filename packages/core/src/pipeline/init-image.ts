import { imageNoise, type InfoEntries, type Mask, type NoiseSource } from '../diffusion/index.ts';
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
  type PreparedImage,
  type PreparedMask,
  type ResizeMode,
  type Upscaler,
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
  const { request, model, random, cancel } = input;
  const { options, mask_round: round } = request;
  const { prepared, extra, notes } = await readMask(input);
  const images = await readPictures(input, prepared);
  const size = images.length === 1 ? request.batch_size : images.length;
  const each = <T>(list: readonly T[]): T[] =>
    Array.from({ length: size }, (_, i) => list[images.length === 1 ? 0 : i]!);
  const pixels = each(images.map(({ image }) => pictureToTensor(image)));
  const { latent, mask } = masked(await startLatents(input, pixels), prepared, input);
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
    extra: [...extra, ...Object.entries(encoderEntries(options))],
    notes,
  };
}

/** What the infotext tells of encoding. */
export function encoderEntries({ sd_vae_encode_method: method }: ImageRequest['options']): InfoEntries {
  return method === 'Full' ? {} : { 'VAE Encoder': method };
}

/** How pictures and masks are brought to the request's size. */
function sizing({ width, height, resize_mode: mode, options }: ImageRequest): {
  readonly width: number;
  readonly height: number;
  readonly resizeMode: ResizeMode;
  readonly upscaler: Upscaler | undefined;
} {
  return {
    width,
    height,
    resizeMode: mode as ResizeMode,
    upscaler: UPSCALERS.get(options.upscaler_for_img2img),
  };
}

interface ReadMask extends Pick<InitImage, 'extra' | 'notes'> {
  readonly prepared: PreparedMask | undefined;
}

/** The request's mask at its size, and what the infotext tells of it. */
async function readMask({ request, codec }: InitImageInput): Promise<ReadMask> {
  if (!request.mask) return { prepared: undefined, extra: [], notes: [] };
  const invert = request.inpainting_mask_invert === 1;
  const padding = request.inpaint_full_res_padding;
  const [x, y] = [request.mask_blur ?? request.mask_blur_x, request.mask_blur ?? request.mask_blur_y];
  const prepared = prepareMask(await codec.decode(request.mask, 'mask'), {
    ...sizing(request),
    invert,
    blurX: x,
    blurY: y,
    round: request.mask_round,
    onlyMasked: request.inpaint_full_res,
    padding,
  });
  const extra: (readonly [string, InfotextValue])[] = [];
  if (invert) extra.push(['Mask mode', 'Inpaint not masked']);
  if (x > 0 || y > 0) extra.push(['Mask blur', x === y ? x : null]);
  if (prepared?.region) extra.push(['Inpaint area', 'Only masked'], ['Masked area padding', padding]);
  if (!prepared) return { prepared, extra, notes: ['The mask is blank, so the whole picture is drawn anew.'] };
  extra.push(['Masked content', LATENT_FILL[request.inpainting_fill] ?? null]);
  return { prepared, extra, notes: [] };
}

/** The request's pictures, cut and filled as the mask says. Throws RequestError for more of them than the batch has. */
async function readPictures(
  { request, codec }: InitImageInput,
  mask: PreparedMask | undefined,
): Promise<readonly PreparedImage[]> {
  const { init_images: files, batch_size: size } = request;
  if (files.length > 1 && files.length > size) {
    throw new RequestError('init_images', `${files.length} pictures for a batch of ${size}`, {
      hint: 'Give one picture, or as many as the batch has.',
    });
  }
  const images: PreparedImage[] = [];
  for (const [i, bytes] of files.entries()) {
    const source = await codec.decode(bytes, `init_images[${i}]`);
    images.push(
      prepareImage(source, mask, {
        ...sizing(request),
        background: request.options.img2img_background_color,
        maskedContent: request.inpainting_fill as MaskedContent,
      }),
    );
  }
  return images;
}

/** Latents of the pictures [1, 3, H, W], −1…1 → [b, z, h, w], scaled; in resize mode 3 they are what is brought to size. */
async function startLatents(
  { request, model, random, cancel }: InitImageInput,
  pixels: readonly Tensor[],
): Promise<Tensor> {
  const method = request.options.sd_vae_encode_method;
  const latent = await encodePictures(model, pixels, random.generator(), cancel, method);
  if (request.resize_mode !== 3) return latent;
  const size = { height: Math.floor(request.height / 8), width: Math.floor(request.width / 8) };
  return interpolate(latent, { ...size, mode: 'bilinear' });
}

/** Puts noise or nothing where the mask is, if the request says so. */
function masked(
  latent: Tensor,
  prepared: PreparedMask | undefined,
  { request, source, random, seeds: all }: InitImageInput,
): { readonly latent: Tensor; readonly mask: Mask | undefined } {
  if (!prepared) return { latent, mask: undefined };
  const { inpainting_fill: fill, mask_round: round } = request;
  const [count = 0, channels = 0, h = 0, w = 0] = latent.shape;
  const plane = latentMask(prepared.mask, { width: w, height: h, round });
  const change = Float32Array.from(latent.data, (_, i) => plane[i % (h * w)]!);
  if (fill !== 2 && fill !== 3) return { latent, mask: { picture: latent.data, change } };
  const seeds = all.slice(0, count);
  const noise = fill === 2 ? imageNoise({ source, shape: [channels, h, w], seeds }).next() : undefined;
  if (noise) random.afterStart(seeds);
  const data = latent.data.map((v, i) => v * (1 - change[i]!) + (noise ? noise[i]! * change[i]! : 0));
  return { latent: { shape: latent.shape, data }, mask: { picture: data, change } };
}
