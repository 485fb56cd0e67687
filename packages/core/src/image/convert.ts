import { divide255 } from './fixed.ts';
import { picture, type Picture } from './picture.ts';

/** Luminance (ITU-R 601) in 16-bit fixed point, rounded, as Pillow's mode L: opacity is ignored. */
export function toGray(source: Picture): Picture {
  const { width, height, channels, data } = source;
  if (channels === 1) return source;
  const out = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < out.length; i++, at += channels)
    out[i] = (data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16;
  return picture({ width, height, channels: 1 }, out);
}

/** Red, green and blue; opacity is dropped. */
export function toRgb(source: Picture): Picture {
  const { width, height, channels, data } = source;
  if (channels === 3) return source;
  const out = new Uint8Array(width * height * 3);
  const step = channels === 1 ? 0 : 1;
  for (let i = 0, at = 0; i < out.length; i += 3, at += channels) {
    out[i] = data[at]!;
    out[i + 1] = data[at + step]!;
    out[i + 2] = data[at + 2 * step]!;
  }
  return picture({ width, height, channels: 3 }, out);
}

/** With opacity: 255 where there was none. */
export function toRgba(source: Picture): Picture {
  const { width, height, channels, data } = source;
  if (channels === 4) return source;
  const out = new Uint8Array(width * height * 4);
  const step = channels === 1 ? 0 : 1;
  for (let i = 0, at = 0; i < out.length; i += 4, at += channels) {
    out[i] = data[at]!;
    out[i + 1] = data[at + step]!;
    out[i + 2] = data[at + 2 * step]!;
    out[i + 3] = 255;
  }
  return picture({ width, height, channels: 4 }, out);
}

/** One channel of a picture as a grey picture. */
export function channel(source: Picture, index: number): Picture {
  const { width, height, channels, data } = source;
  const out = new Uint8Array(width * height);
  for (let i = 0, at = index; i < out.length; i++, at += channels) out[i] = data[at]!;
  return picture({ width, height, channels: 1 }, out);
}

/** Colours multiplied by opacity (Pillow's RGBA → RGBa). `source` has 4 channels. */
export function premultiply(source: Picture): Picture {
  const out = new Uint8Array(source.data);
  for (let i = 0; i < out.length; i += 4) {
    const alpha = out[i + 3]!;
    for (let k = i; k < i + 3; k++) out[k] = divide255(out[k]! * alpha);
  }
  return { ...source, data: out };
}

/** The way back, rounded down and clipped (Pillow's RGBa → RGBA). */
export function unpremultiply(source: Picture): Picture {
  const out = new Uint8Array(source.data);
  for (let i = 0; i < out.length; i += 4) {
    const alpha = out[i + 3]!;
    if (alpha === 0 || alpha === 255) continue;
    for (let k = i; k < i + 3; k++) out[k] = Math.min(255, Math.trunc((255 * out[k]!) / alpha));
  }
  return { ...source, data: out };
}
