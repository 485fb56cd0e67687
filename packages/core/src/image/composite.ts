import { ShapeError } from '../errors/index.ts';
import { toRgb, toRgba } from './convert.ts';
import { divide255 } from './fixed.ts';
import { picture, type Picture } from './picture.ts';

/** Bits of extra precision of a blend coefficient. */
const PRECISION = 7;

/** Puts `top` over `base`, both with opacity and of one size, in Pillow's fixed point (`AlphaComposite.c`). */
export function alphaComposite(base: Picture, top: Picture): Picture {
  sameSize('alphaComposite', base, top);
  const out = new Uint8Array(base.data.length);
  const lower = base.data;
  const upper = top.data;
  for (let i = 0; i < out.length; i += 4) {
    const a = upper[i + 3]!;
    if (a === 0) {
      for (let k = i; k < i + 4; k++) out[k] = lower[k]!;
      continue;
    }
    const alpha = a * 255 + lower[i + 3]! * (255 - a);
    const above = Math.trunc((a * 255 * 255 * (1 << PRECISION)) / alpha);
    const below = 255 * (1 << PRECISION) - above;
    for (let k = i; k < i + 3; k++) {
      const sum = upper[k]! * above + lower[k]! * below + (0x80 << PRECISION);
      out[k] = (((sum >> 8) + sum) >> 8) >> PRECISION;
    }
    out[i + 3] = divide255(alpha);
  }
  return picture(base, out);
}

/** `top` blended into `base` sample by sample, `mask` (grey) saying how much of it. All of one size. */
export function pasteMasked(base: Picture, top: Picture, mask: Picture): Picture {
  sameSize('pasteMasked', base, top);
  sameSize('pasteMasked', base, { ...mask, channels: base.channels });
  const { channels } = base;
  const out = new Uint8Array(base.data.length);
  for (let i = 0; i < out.length; i++) {
    const m = mask.data[Math.floor(i / channels)]!;
    out[i] = divide255(base.data[i]! * (255 - m) + top.data[i]! * m);
  }
  return picture(base, out);
}

/** Puts a picture with opacity on a colour `#rrggbb`; others only become RGB (A1111 `flatten`). Throws ShapeError for another colour. */
export function flatten(source: Picture, background: string): Picture {
  if (source.channels !== 4) return toRgb(source);
  const color = parseColor(background);
  const { width, height } = source;
  const base = picture({ width, height, channels: 3 });
  for (let i = 0; i < base.data.length; i++) base.data[i] = color[i % 3]!;
  const alpha = picture({ width, height, channels: 1 });
  for (let i = 0; i < alpha.data.length; i++) alpha.data[i] = source.data[4 * i + 3]!;
  return pasteMasked(base, toRgb(source), alpha);
}

function parseColor(text: string): readonly number[] {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim());
  if (!digits) throw new ShapeError('flatten', 'a colour such as "#ffffff"', [text]);
  return digits.slice(1).map((pair) => Number.parseInt(pair, 16));
}

/** What is left of `image` where `mask` (any picture of its size; luminance counts) is dark: the part to lay back over a result. → RGBA. */
export function cutOut(image: Picture, keep: Picture): Picture {
  const { width, height } = image;
  // The colours are opaque here, so premultiplied and plain ones are the same before the paste.
  return pasteMasked(picture({ width, height, channels: 4 }), toRgba(image), keep);
}

function sameSize(at: string, a: Picture, b: Picture): void {
  if (a.width !== b.width || a.height !== b.height || a.channels !== b.channels)
    throw new ShapeError(at, `${a.width}×${a.height}×${a.channels}`, [b.width, b.height, b.channels]);
}
