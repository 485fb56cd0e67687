import { ShapeError } from '../errors/index.ts';
import { picture, type Picture, type Region } from './picture.ts';

/** The part inside `region`; what lies outside the picture is zero. */
export function crop(source: Picture, [x1, y1, x2, y2]: Region): Picture {
  const { width, height, channels } = source;
  const out = picture({ width: x2 - x1, height: y2 - y1, channels });
  const left = Math.max(0, x1);
  const right = Math.min(width, x2);
  if (right <= left) return out;
  for (let y = Math.max(0, y1); y < Math.min(height, y2); y++) {
    const row = source.data.subarray((y * width + left) * channels, (y * width + right) * channels);
    out.data.set(row, ((y - y1) * out.width + (left - x1)) * channels);
  }
  return out;
}

/** `base` with `top` put at (x, y), cut at the edges. Both have the same channels. Throws ShapeError if not. */
export function paste(base: Picture, top: Picture, { x, y }: { readonly x: number; readonly y: number }): Picture {
  if (base.channels !== top.channels) throw new ShapeError('paste', `${base.channels} channels`, [top.channels]);
  const data = new Uint8Array(base.data);
  const left = Math.max(0, x);
  const right = Math.min(base.width, x + top.width);
  if (right > left) {
    for (let at = Math.max(0, y); at < Math.min(base.height, y + top.height); at++) {
      const from = ((at - y) * top.width + (left - x)) * top.channels;
      const row = top.data.subarray(from, from + (right - left) * top.channels);
      data.set(row, (at * base.width + left) * base.channels);
    }
  }
  return { ...base, data };
}
