import { premultiply, unpremultiply } from './convert.ts';
import { RESIZE_FILTERS, type ResizeFilter, type ResizeFilterName } from './filters.ts';
import { picture, type Picture, type Region } from './picture.ts';

/** Bits behind the point of a coefficient: 32 less 8 for the sample and 2 for overshoot and sign. */
const PRECISION = 22;
const HALF = 1 << (PRECISION - 1);

export interface ResizeOptions {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly filter: ResizeFilterName;
  /** The part of the source that fills the result, in source pixels, fractions allowed; the whole by default. */
  readonly box?: Region;
}

/**
 * Resizes as Pillow's `Image.resize`, bit for bit: two passes with 22-bit coefficients, rounded to 8 bits in between;
 * pictures with opacity are resized premultiplied. (Pillow `Resample.c`, `Geometry.c`.)
 */
export function resize(source: Picture, options: ResizeOptions): Picture {
  const { width, height, filter } = options;
  const box: Region = options.box ?? [0, 0, source.width, source.height];
  const whole = box[0] === 0 && box[1] === 0 && box[2] === source.width && box[3] === source.height;
  if (whole && width === source.width && height === source.height) return source;
  if (filter === 'nearest') return nearest(source, { width, height, box });
  const kernel = RESIZE_FILTERS[filter];
  if (source.channels === 4) return unpremultiply(convolve(premultiply(source), { width, height, box, kernel }));
  return convolve(source, { width, height, box, kernel });
}

interface Target {
  readonly width: number;
  readonly height: number;
  readonly box: Region;
}

function convolve(
  source: Picture,
  { width, height, box, kernel }: Target & { readonly kernel: ResizeFilter },
): Picture {
  const columns = taps({ size: source.width, from: box[0], to: box[2], out: width, kernel });
  const rows = taps({ size: source.height, from: box[1], to: box[3], out: height, kernel });
  const across = width !== source.width || box[0] !== 0 || box[2] !== width;
  const down = height !== source.height || box[1] !== 0 || box[3] !== height;
  const wide = across ? resizeRows(source, columns) : source;
  return down ? resizeColumns(wide, rows) : wide;
}

/** For every sample of a line of the result: which samples of the source it takes and how much of each. */
interface Taps {
  readonly out: number;
  /** Coefficients kept for a sample; unused ones are zero. */
  readonly stride: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
}

interface Line {
  /** Samples in the source. */
  readonly size: number;
  readonly from: number;
  readonly to: number;
  readonly out: number;
  readonly kernel: ResizeFilter;
}

function taps({ size, from, to, out, kernel }: Line): Taps {
  // Pillow keeps the box in single precision.
  const start = Math.fround(from);
  const scale = Math.fround(Math.fround(to) - start) / out;
  const spread = Math.max(1, scale);
  const support = kernel.support * spread;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(out);
  const count = new Int32Array(out);
  const weights = new Int32Array(out * stride);
  const line = new Float64Array(stride);
  for (let i = 0; i < out; i++) {
    const center = start + (i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - support + 0.5));
    const high = Math.min(size, Math.trunc(center + support + 0.5));
    let sum = 0;
    for (let k = 0; k < high - low; k++) {
      line[k] = kernel.weight((k + low - center + 0.5) * (1 / spread));
      sum += line[k]!;
    }
    for (let k = 0; k < high - low; k++) {
      const w = sum === 0 ? line[k]! : line[k]! / sum;
      weights[i * stride + k] = Math.trunc((w < 0 ? -0.5 : 0.5) + w * (1 << PRECISION));
    }
    first[i] = low;
    count[i] = high - low;
  }
  return { out, stride, first, count, weights };
}

function clip(sum: number): number {
  const v = sum >> PRECISION;
  return v < 0 ? 0 : v > 255 ? 255 : v;
}

function resizeRows(source: Picture, { out, stride, first, count, weights }: Taps): Picture {
  const { width, height, channels, data } = source;
  const result = picture({ width: out, height, channels });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < out; x++) {
      const from = (y * width + first[x]!) * channels;
      const kernel = x * stride;
      const n = count[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let k = 0, at = from + c; k < n; k++, at += channels) sum += data[at]! * weights[kernel + k]!;
        result.data[(y * out + x) * channels + c] = clip(sum);
      }
    }
  }
  return result;
}

function resizeColumns(source: Picture, { out, stride, first, count, weights }: Taps): Picture {
  const { width, channels, data } = source;
  const result = picture({ width, height: out, channels });
  const pitch = width * channels;
  const sums = new Int32Array(pitch);
  for (let y = 0; y < out; y++) {
    sums.fill(HALF);
    for (let k = 0; k < count[y]!; k++) {
      const w = weights[y * stride + k]!;
      const row = (first[y]! + k) * pitch;
      for (let x = 0; x < pitch; x++) sums[x]! += data[row + x]! * w;
    }
    for (let x = 0; x < pitch; x++) result.data[y * pitch + x] = clip(sums[x]!);
  }
  return result;
}

/** The source pixel under each pixel's centre; positions are summed up step by step, as Pillow does. */
function nearest(source: Picture, { width, height, box }: Target): Picture {
  const { channels, data } = source;
  const columns = positions({ from: box[0], to: box[2], out: width });
  const rows = positions({ from: box[1], to: box[3], out: height });
  const result = picture({ width, height, channels });
  for (let y = 0; y < height; y++) {
    const row = rows[y]!;
    if (row < 0 || row >= source.height) continue;
    for (let x = 0; x < width; x++) {
      const column = columns[x]!;
      if (column < 0 || column >= source.width) continue;
      const from = (row * source.width + column) * channels;
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) result.data[to + c] = data[from + c]!;
    }
  }
  return result;
}

function positions({
  from,
  to,
  out,
}: {
  readonly from: number;
  readonly to: number;
  readonly out: number;
}): Int32Array {
  const start = Math.fround(from);
  const step = Math.fround(Math.fround(to) - start) / out;
  const result = new Int32Array(out);
  let at = start + step * 0.5;
  for (let i = 0; i < out; i++) {
    result[i] = at < 0 ? -1 : Math.trunc(at);
    at += step;
  }
  return result;
}
