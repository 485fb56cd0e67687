import type { Tensor } from '../tensor/index.ts';
import { tensor } from '../tensor/index.ts';
import { toRgb } from './convert.ts';
import { picture, type Picture } from './picture.ts';

/** A picture as a network takes it: RGB, channels first, 0…255 → −1…1. → [1, 3, height, width] */
export function pictureToTensor(source: Picture): Tensor {
  const { width, height, data } = toRgb(source);
  const area = width * height;
  const out = new Float32Array(3 * area);
  // The webui divides by 255 in float32 and then doubles, so the rounding is done in that order.
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < area; i++) out[c * area + i] = Math.fround(data[3 * i + c]! / 255) * 2 - 1;
  return tensor([1, 3, height, width], out);
}

/** Pixels of row `index` of [b, 3, height, width] in −1…1 as 8 bits: clamped, times 255, cut off as the webui does. */
export function tensorToPicture(pixels: Tensor, index = 0): Picture {
  const [, , height = 0, width = 0] = pixels.shape;
  const area = width * height;
  const data = new Uint8Array(3 * area);
  const from = index * 3 * area;
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < area; i++) {
      const unit = Math.fround(Math.fround(pixels.data[from + c * area + i]! + 1) / 2);
      data[3 * i + c] = Math.fround(255 * Math.min(1, Math.max(0, unit)));
    }
  }
  return picture({ width, height, channels: 3 }, data);
}
