import { toRgb } from './convert.ts';
import { paste } from './crop.ts';
import { picture, type Picture } from './picture.ts';
import { resize } from './resize.ts';
import { upscale, type Upscaler } from './upscale.ts';

/** 0 stretch, 1 crop to fill, 2 fit and fill the margins with the edges. (3, "latent stretch", happens in the latent.) */
export type ResizeMode = 0 | 1 | 2 | 3;

export interface ResizeModeOptions {
  readonly mode: ResizeMode;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** What enlarges; plain Lanczos without. Grey pictures are always resized with plain Lanczos. */
  readonly upscaler?: Upscaler | undefined;
}

/**
 * Brings a picture to a size as A1111's `resize_image` (`modules/images.py`). Modes 1 and 2 give RGB, whatever came in;
 * mode 3 is treated as 2, as there.
 */
export function resizeToMode(source: Picture, { mode, width, height, upscaler }: ResizeModeOptions): Picture {
  if (mode === 0) return enlarge(source, { width, height, upscaler });
  const ratio = width / height;
  const own = source.width / source.height;
  const byHeight = Math.floor((source.width * height) / source.height);
  const byWidth = Math.floor((source.height * width) / source.width);
  const covers = mode === 1;
  const w = (covers ? ratio > own : ratio < own) ? width : byHeight;
  const h = (covers ? ratio <= own : ratio >= own) ? height : byWidth;
  const inner = toRgb(enlarge(source, { width: w, height: h, upscaler }));
  const x = Math.floor(width / 2) - Math.floor(w / 2);
  const y = Math.floor(height / 2) - Math.floor(h / 2);
  const placed = paste(picture({ width, height, channels: 3 }), inner, { x, y });
  if (covers) return placed;
  if (ratio < own) return fillMargins(placed, inner, { x: 0, y });
  return ratio > own ? fillMargins(placed, inner, { x, y: 0 }) : placed;
}

/** Stretches the outermost rows (y > 0) or columns (x > 0) of `inner` over the margins: a resize from a box of no height. */
function fillMargins(base: Picture, inner: Picture, { x, y }: { readonly x: number; readonly y: number }): Picture {
  const filter = 'bicubic';
  if (y > 0) {
    const { width } = base;
    const top = resize(inner, { width, height: y, filter, box: [0, 0, width, 0] });
    const bottom = resize(inner, { width, height: y, filter, box: [0, inner.height, width, inner.height] });
    return paste(paste(base, top, { x: 0, y: 0 }), bottom, { x: 0, y: y + inner.height });
  }
  if (x > 0) {
    const { height } = base;
    const left = resize(inner, { width: x, height, filter, box: [0, 0, 0, height] });
    const right = resize(inner, { width: x, height, filter, box: [inner.width, 0, inner.width, height] });
    return paste(paste(base, left, { x: 0, y: 0 }), right, { x: x + inner.width, y: 0 });
  }
  return base;
}

function enlarge(
  source: Picture,
  {
    width,
    height,
    upscaler,
  }: { readonly width: number; readonly height: number; readonly upscaler: Upscaler | undefined },
): Picture {
  const scale = Math.max(width / source.width, height / source.height);
  const larger =
    upscaler !== undefined && source.channels !== 1 && scale > 1 ? upscale(source, { scale, upscaler }) : source;
  return resize(larger, { width, height, filter: 'lanczos' });
}
