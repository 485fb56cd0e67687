import { picture, type Picture } from './picture.ts';

/**
 * Turns and mirrors a picture as its EXIF orientation (1…8) asks for, so that it can be shown as it is stored. Other
 * numbers change nothing. (TIFF 6.0, tag 274.)
 */
export function orient(source: Picture, orientation: number): Picture {
  const { width, height, channels, data } = source;
  if (!(Number.isInteger(orientation) && orientation >= 2 && orientation <= 8)) return source;
  const turned = orientation >= 5;
  const out = picture({ width: turned ? height : width, height: turned ? width : height, channels });
  const mirrored = [2, 3, 7, 8].includes(orientation);
  const flipped = [3, 4, 6, 7].includes(orientation);
  for (let y = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++) {
      const a = turned ? y : x;
      const b = turned ? x : y;
      const from = ((flipped ? height - 1 - b : b) * width + (mirrored ? width - 1 - a : a)) * channels;
      const to = (y * out.width + x) * channels;
      for (let c = 0; c < channels; c++) out.data[to + c] = data[from + c]!;
    }
  }
  return out;
}
