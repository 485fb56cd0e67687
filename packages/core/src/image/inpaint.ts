import { flatten, cutOut } from './composite.ts';
import { toGray, toRgb, unpremultiply } from './convert.ts';
import { expandRegion, maskRegion } from './crop-region.ts';
import { crop } from './crop.ts';
import { fillMasked } from './fill.ts';
import { blurMask } from './mask-blur.ts';
import { toMask } from './mask.ts';
import type { Place } from './overlay.ts';
import { invert, mapSamples, type Picture, type Region } from './picture.ts';
import { resizeToMode, type ResizeMode } from './resize-mode.ts';
import { resize } from './resize.ts';
import type { Upscaler } from './upscale.ts';

/** 0 fill from the surroundings, 1 original, 2 latent noise, 3 latent nothing. */
export type MaskedContent = 0 | 1 | 2 | 3;

/** How a mask is used; the names are those of the request, see docs of `/sdapi/v1/img2img`. */
export interface MaskOptions {
  /** Working size in pixels. */
  readonly width: number;
  readonly height: number;
  readonly resizeMode: ResizeMode;
  /** Inpaint the dark part. */
  readonly invert: boolean;
  /** Deviations in pixels. */
  readonly blurX: number;
  readonly blurY: number;
  /** Treat opacity, and the mask in the latent, as all or nothing. */
  readonly round: boolean;
  /** Work on the masked part only, with `padding` pixels around it. */
  readonly onlyMasked: boolean;
  readonly padding: number;
  readonly upscaler?: Upscaler | undefined;
}

/** A mask made ready: the same for all pictures of a request. */
export interface PreparedMask {
  /** What may change, at the working size. Grey or RGB. */
  readonly mask: Picture;
  /** What must not be laid back over the result, at the size of the mask file or at the working size. */
  readonly overlayMask: Picture;
  /** The part that is worked on, when only the masked part is. */
  readonly region?: Region;
}

/**
 * Reads, inverts, blurs, crops and resizes a mask in A1111's order. Undefined when only the masked part is wanted and the
 * mask is blank: the request then runs as plain image-to-image.
 */
export function prepareMask(source: Picture, options: MaskOptions): PreparedMask | undefined {
  const { width, height, resizeMode, upscaler } = options;
  const read = toMask(source, { round: options.round });
  const blurred = blurMask(options.invert ? invert(read) : read, { x: options.blurX, y: options.blurY });
  if (!options.onlyMasked) {
    const mask = resizeToMode(blurred, { mode: resizeMode, width, height, upscaler });
    return { mask, overlayMask: mapSamples(mask, DOUBLE) };
  }
  const found = maskRegion(blurred, options.padding);
  if (!found) return undefined;
  const region = expandRegion(found, { working: { width, height }, image: blurred });
  const mask = resizeToMode(crop(blurred, region), { mode: 2, width, height, upscaler });
  return { mask, overlayMask: blurred, region };
}

/** Soft edges belong to the result, not to what is laid over it. */
const DOUBLE = Uint8Array.from({ length: 256 }, (_, i) => Math.min(255, 2 * i));

/** An initial picture made ready for the encoder. */
export interface PreparedImage {
  /** RGB at the working size (at its own size with resize mode 3). */
  readonly image: Picture;
  /** With a mask: the unmasked part, RGBA, to lay over the result with `applyOverlay`. */
  readonly overlay?: Picture;
  /** Where the result belongs in the overlay, when only the masked part was worked on. */
  readonly place?: Place;
}

export interface ImageOptions {
  readonly width: number;
  readonly height: number;
  readonly resizeMode: ResizeMode;
  /** `#rrggbb` under transparent pictures. */
  readonly background: string;
  readonly maskedContent: MaskedContent;
  readonly upscaler?: Upscaler | undefined;
}

/** Flattens, resizes or crops an initial picture, cuts out its overlay and fills the masked part, in A1111's order. */
export function prepareImage(
  source: Picture,
  prepared: PreparedMask | undefined,
  options: ImageOptions,
): PreparedImage {
  const { width, height, resizeMode, upscaler } = options;
  const flat = flatten(source, options.background);
  const region = prepared?.region;
  const placed =
    region === undefined && resizeMode !== 3 ? resizeToMode(flat, { mode: resizeMode, width, height, upscaler }) : flat;
  if (!prepared) return { image: placed };
  const overlay = overlayOf(placed, prepared.overlayMask, { resizeMode, upscaler });
  const part = region === undefined ? placed : resizeToMode(crop(placed, region), { mode: 2, width, height, upscaler });
  const image = options.maskedContent === 1 ? part : fillMasked(part, prepared.mask);
  if (region === undefined) return { image, overlay };
  const [x, y, right, bottom] = region;
  return { image, overlay, place: { x, y, width: right - x, height: bottom - y } };
}

function overlayOf(
  image: Picture,
  mask: Picture,
  { resizeMode, upscaler }: { readonly resizeMode: ResizeMode; readonly upscaler: Upscaler | undefined },
): Picture {
  const { width, height } = image;
  const fitting =
    mask.width === width && mask.height === height
      ? mask
      : resizeToMode(mask, { mode: resizeMode, width, height, upscaler });
  return unpremultiply(cutOut(image, invert(toGray(fitting))));
}

/**
 * The mask in latent pixels, 1 = may change. [height, width] row-major, 0…1.
 * `width` and `height` are those of the latent; with `round`, all or nothing (halves go to even).
 */
export function latentMask(
  mask: Picture,
  { width, height, round }: { readonly width: number; readonly height: number; readonly round: boolean },
): Float32Array {
  const small = resize(toRgb(mask), { width, height, filter: 'bicubic' });
  // A sample is never exactly one half, so rounding half up is rounding half to even.
  return Float32Array.from({ length: width * height }, (_, i) => {
    const v = small.data[3 * i]! / 255;
    return round ? Math.round(v) : v;
  });
}
