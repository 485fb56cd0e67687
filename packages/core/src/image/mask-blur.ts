import { picture, type Picture } from './picture.ts';

/** Bits behind the point of a coefficient. */
const FRACTION = 8;

/**
 * Blurs a grey mask as A1111 does with OpenCV's 8-bit Gaussian: along the rows, then along the columns, rounded in
 * between. Deviations in pixels, 0 = not at all; 2·⌊2.5·deviation + 0.5⌋ + 1 taps; the edges reflect without repeating
 * the border pixel.
 */
export function blurMask(mask: Picture, { x, y }: { readonly x: number; readonly y: number }): Picture {
  return blurAlong(blurAlong(mask, x, 'row'), y, 'column');
}

function blurAlong(mask: Picture, deviation: number, way: 'row' | 'column'): Picture {
  if (!(deviation > 0)) return mask;
  const { width, height, channels, data } = mask;
  const radius = Math.trunc(2.5 * deviation + 0.5);
  const kernel = gaussian(radius, deviation);
  const length = way === 'row' ? width : height;
  const step = way === 'row' ? channels : width * channels;
  const places = Int32Array.from({ length: length + 2 * radius }, (_, i) => reflect(i - radius, length) * step);
  const line = new Int32Array(places.length);
  const out = picture({ width, height, channels });
  for (let n = 0; n < data.length / length; n++) {
    const origin = way === 'row' ? Math.floor(n / channels) * width * channels + (n % channels) : n;
    for (let i = 0; i < line.length; i++) line[i] = data[origin + places[i]!]!;
    for (let x = 0; x < length; x++) out.data[origin + x * step] = weigh(line, x, kernel);
  }
  return out;
}

/** The samples from x on, weighed by a symmetric kernel. */
function weigh(line: Int32Array, x: number, kernel: Int32Array): number {
  const radius = (kernel.length - 1) / 2;
  let sum = (1 << (FRACTION - 1)) + line[x + radius]! * kernel[radius]!;
  for (let k = 0, far = x + 2 * radius; k < radius; k++, far--) sum += (line[x + k]! + line[far]!) * kernel[k]!;
  return sum >> FRACTION;
}

/**
 * 2·radius + 1 coefficients that sum to 256: rounding errors are carried inwards from the tails and the middle takes the
 * rest, as in OpenCV's bit-exact kernels.
 */
function gaussian(radius: number, deviation: number): Int32Array {
  const exact = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * deviation * deviation)),
  );
  const total = exact.reduce((sum, v) => sum + v, 0);
  const one = 1 << FRACTION;
  const kernel = new Int32Array(exact.length);
  let error = 0;
  let sum = 0;
  for (let i = 0; i < radius; i++) {
    const wanted = (exact[i]! / total) * one + error;
    const rounded = roundHalfEven(wanted);
    error = wanted - rounded;
    kernel[i] = rounded;
    kernel[2 * radius - i] = rounded;
    sum += 2 * rounded;
  }
  kernel[radius] = one - sum;
  return kernel;
}

function roundHalfEven(v: number): number {
  const low = Math.floor(v);
  const rest = v - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low;
}

/** Place inside 0…length − 1 that a place outside is a mirror image of: d c b | a b c d | c b a. */
function reflect(place: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const p = ((place % period) + period) % period;
  return p < length ? p : period - p;
}
