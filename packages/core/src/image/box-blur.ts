import { picture, type Picture } from './picture.ts';

const PASSES = 3;
const f = Math.fround;

/**
 * Pillow's `GaussianBlur(radius)`, bit for bit: three box blurs with a fractional radius along the rows, then along the
 * columns (Gwosdek et al. 2011; Pillow `BoxBlur.c`). Every channel by itself, so premultiply first where it matters.
 * `radius` is the standard deviation in pixels.
 */
export function gaussianBlur(source: Picture, radius: number): Picture {
  const box = boxRadius(radius);
  return transpose(blurRows(transpose(blurRows(source, box)), box));
}

/** Radius of a box whose threefold blur has the deviation `radius`; in single precision, as there. */
function boxRadius(radius: number): number {
  const variance = f(f(f(radius) * f(radius)) / PASSES);
  const length = f(Math.sqrt(12 * variance + 1));
  const l = f(Math.floor((length - 1) / 2));
  const next = f(l + 1);
  const above = f(f(f(2 * l) + 1) * f(f(l * next) - f(3 * variance)));
  const below = f(6 * f(variance - f(next * next)));
  return f(l + f(above / below));
}

function blurRows(source: Picture, radius: number): Picture {
  const { width, height, channels } = source;
  const whole = Math.trunc(radius);
  const ww = Math.trunc(f(0x1000000 / f(f(radius * 2) + 1)));
  const fw = Math.trunc((0x1000000 - (whole * 2 + 1) * ww) / 2);
  let data = source.data;
  for (let pass = 0; pass < PASSES; pass++) {
    const out = new Uint8Array(data.length);
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < channels; c++) {
        blurLine(data, out, { at: y * width * channels + c, step: channels, last: width - 1, radius: whole, ww, fw });
      }
    }
    data = out;
  }
  return picture({ width, height, channels }, data);
}

interface Line {
  /** Index of the first sample, and from one sample to the next. */
  readonly at: number;
  readonly step: number;
  /** Number of the last sample. */
  readonly last: number;
  readonly radius: number;
  /** Weight of a sample inside the box and of the two beside it, in 24-bit fractions. */
  readonly ww: number;
  readonly fw: number;
}

/** A moving sum over 2·radius + 1 samples; beyond the ends the end samples repeat. */
function blurLine(from: Uint8Array, to: Uint8Array, { at, step, last, radius, ww, fw }: Line): void {
  const end = at + last * step;
  const first = from[at]!;
  const final = from[end]!;
  const reach = radius * step;
  let sum = first * (radius + 1);
  for (let i = at; i < Math.min(at + reach, end); i += step) sum += from[i]!;
  if (radius > last) sum += final * (radius - last);
  for (let i = at; i <= end; i += step) {
    const left = i - reach - step < at ? first : from[i - reach - step]!;
    sum += (i + reach > end ? final : from[i + reach]!) - left;
    const right = i + reach + step > end ? final : from[i + reach + step]!;
    to[i] = (sum * ww + (left + right) * fw + 0x800000) >>> 24;
  }
}

function transpose(source: Picture): Picture {
  const { width, height, channels, data } = source;
  const out = picture({ width: height, height: width, channels });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      const to = (x * height + y) * channels;
      for (let c = 0; c < channels; c++) out.data[to + c] = data[from + c]!;
    }
  }
  return out;
}
