import { ShapeError } from '../errors/index.ts';
import { toRgb } from './convert.ts';
import { labToRgb, rgbToLab } from './lab.ts';
import { picture, type Picture } from './picture.ts';

/**
 * Gives `result` the colours of `reference` and keeps its own brightness (A1111 option `img2img_color_correction`): the
 * histogram of each LAB channel is matched to that of the reference, then the luminosity of `result` is put back. → RGB.
 * `reference` is the initial picture after resizing and filling; it may have another size.
 */
export function correctColors(result: Picture, reference: Picture): Picture {
  const rgb = toRgb(result);
  return withLuminosity(labToRgb(matchHistograms(rgbToLab(rgb), rgbToLab(toRgb(reference)))), rgb);
}

/** Each channel mapped so that its cumulative histogram becomes that of `reference`; linear in between, rounded down. */
export function matchHistograms(source: Picture, reference: Picture): Picture {
  if (source.channels !== reference.channels)
    throw new ShapeError('matchHistograms', `${source.channels} channels`, [reference.channels]);
  const { channels } = source;
  const out = new Uint8Array(source.data.length);
  for (let c = 0; c < channels; c++) {
    const own = quantiles(source, c);
    const wanted = quantiles(reference, c);
    const table = own.map((q) => Math.floor(valueAt(q, wanted)));
    for (let i = c; i < out.length; i += channels) out[i] = table[source.data[i]!]!;
  }
  return picture(source, out);
}

/** Share of samples ≤ v for each v. */
function quantiles({ data, channels }: Picture, c: number): Float64Array {
  const counts = new Float64Array(256);
  for (let i = c; i < data.length; i += channels) counts[data[i]!]!++;
  let sum = 0;
  return counts.map((n) => (sum += n) / (data.length / channels));
}

/** The sample value with quantile `q`, interpolated between the values that occur. */
function valueAt(q: number, shares: Float64Array): number {
  let below = -1;
  for (let v = 0; v < 256; v++) {
    const share = shares[v]!;
    if (share === (v === 0 ? 0 : shares[v - 1]!)) continue;
    if (share >= q) {
      if (below < 0 || share === q) return v;
      const from = shares[below]!;
      return below + ((v - below) / (share - from)) * (q - from);
    }
    below = v;
  }
  return below;
}

/** `colors` with the luminosity of `light`, pulled towards grey where a channel would leave its range (W3C compositing, `SetLum`); rounded down. */
function withLuminosity(colors: Picture, light: Picture): Picture {
  const out = new Uint8Array(colors.data.length);
  const pixel = new Float64Array(3);
  for (let i = 0; i < out.length; i += 3) {
    const shift = luminosity(light.data, i) - luminosity(colors.data, i);
    for (let k = 0; k < 3; k++) pixel[k] = colors.data[i + k]! / 255 + shift;
    const l = pixel[0]! * 0.299 + pixel[1]! * 0.587 + pixel[2]! * 0.114;
    const low = Math.min(pixel[0]!, pixel[1]!, pixel[2]!);
    const high = Math.max(pixel[0]!, pixel[1]!, pixel[2]!);
    if (low < 0) for (let k = 0; k < 3; k++) pixel[k] = l + ((pixel[k]! - l) * l) / (l - low);
    if (high > 1) for (let k = 0; k < 3; k++) pixel[k] = l + ((pixel[k]! - l) * (1 - l)) / (high - l);
    for (let k = 0; k < 3; k++) out[i + k] = Math.min(255, Math.max(0, Math.floor(pixel[k]! * 255)));
  }
  return picture(colors, out);
}

/** Of the pixel at i, 0…1; summed in the order of the reference, because the result is rounded down. */
function luminosity(data: Uint8Array, i: number): number {
  return (data[i]! / 255) * 0.299 + (data[i + 1]! / 255) * 0.587 + (data[i + 2]! / 255) * 0.114;
}
