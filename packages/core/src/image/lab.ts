import { picture, type Picture } from './picture.ts';

/** CIE L*a*b* (D65) as OpenCV's 8-bit LAB: L·255/100, a + 128, b + 128. */

const WHITE = [0.950456, 1, 1.088754] as const;
const TO_XYZ = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
] as const;
const FROM_XYZ = [
  [3.240479, -1.53715, -0.498535],
  [-0.969256, 1.875991, 0.041556],
  [0.055648, -0.204043, 1.057311],
] as const;

/** Fraction bits of linear light above 8, of the matrix, and of the cube root. */
const GAMMA_BITS = 3;
const MATRIX_BITS = 12;
const ROOT_BITS = MATRIX_BITS + GAMMA_BITS;
/** Lightness per luminance where it is dark: (29/3)³. */
const LINEAR = (29 / 3) ** 3;
/** On the way back: 1 as an integer, and the steps of linear light. */
const ONE = 1 << 14;
const LIGHT_BITS = 12;

/** f(t) of the Lab definition. */
function root(t: number): number {
  return t < 216 / 24389 ? (841 / 108) * t + 16 / 116 : Math.cbrt(t);
}

function linear(v: number): number {
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function gamma(v: number): number {
  return v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055;
}

function clip(v: number): number {
  return v < 0 ? 0 : v > 255 ? 255 : v;
}

/** RGB → LAB in OpenCV's integer arithmetic. → 3 channels. */
export function rgbToLab(source: Picture): Picture {
  const light = Uint16Array.from({ length: 256 }, (_, i) => Math.round(255 * (1 << GAMMA_BITS) * linear(i / 255)));
  const roots = Uint16Array.from({ length: 384 << GAMMA_BITS }, (_, i) =>
    Math.round((1 << ROOT_BITS) * root(i / (255 << GAMMA_BITS))),
  );
  const matrix = TO_XYZ.map((row, i) => row.map((v) => Math.round(((1 << MATRIX_BITS) * v) / WHITE[i]!)));
  const lScale = Math.trunc((116 * 255 + 50) / 100);
  const lShift = -Math.trunc((16 * 255 * (1 << ROOT_BITS) + 50) / 100);
  const middle = 128 << ROOT_BITS;
  const out = new Uint8Array(source.data.length);
  for (let i = 0; i < out.length; i += 3) {
    const r = light[source.data[i]!]!;
    const g = light[source.data[i + 1]!]!;
    const b = light[source.data[i + 2]!]!;
    const [fx, fy, fz] = matrix.map((row) => roots[descale(r * row[0]! + g * row[1]! + b * row[2]!, MATRIX_BITS)]!) as [
      number,
      number,
      number,
    ];
    out[i] = clip(descale(lScale * fy + lShift, ROOT_BITS));
    out[i + 1] = clip(descale(500 * (fx - fy) + middle, ROOT_BITS));
    out[i + 2] = clip(descale(200 * (fy - fz) + middle, ROOT_BITS));
  }
  return picture({ width: source.width, height: source.height, channels: 3 }, out);
}

function descale(v: number, bits: number): number {
  return (v + (1 << (bits - 1))) >> bits;
}

/** LAB → RGB in OpenCV's integer arithmetic. → 3 channels. */
export function labToRgb(source: Picture): Picture {
  const steps = 1 << LIGHT_BITS;
  const shown = Uint8Array.from({ length: steps }, (_, i) => Math.round(255 * gamma(i / steps)));
  const matrix = FROM_XYZ.map((row) => row.map((v, i) => Math.round((1 << MATRIX_BITS) * v * WHITE[i]!)));
  const bits = MATRIX_BITS + 14 - LIGHT_BITS;
  const out = new Uint8Array(source.data.length);
  for (let i = 0; i < out.length; i += 3) {
    const { y, fy } = LIGHTNESS[source.data[i]!]!;
    // (a − 128) / 500 and (b − 128) / 200 by reciprocals.
    const a = ((5 * source.data[i + 1]! * 53687 + (1 << 7)) >> 13) - Math.trunc((128 * ONE) / 500);
    const b = ((source.data[i + 2]! * 41943 + (1 << 4)) >> 9) - Math.trunc((128 * ONE) / 200) + 1;
    const x = unroot(fy + a);
    const z = unroot(fy - b);
    for (let k = 0; k < 3; k++) {
      const row = matrix[k]!;
      const v = descale(row[0]! * x + row[1]! * y + row[2]! * z, bits);
      out[i + k] = shown[Math.max(0, Math.min(steps - 1, v))]!;
    }
  }
  return picture({ width: source.width, height: source.height, channels: 3 }, out);
}

/** Luminance and its root, as shares of ONE, for each lightness. */
const LIGHTNESS = Array.from({ length: 256 }, (_, i) => {
  const l = (i * 100) / 255;
  const fy = l <= 8 ? (841 / 108) * (l / LINEAR) + 16 / 116 : (l + 16) / 116;
  return { y: Math.round(ONE * (l <= 8 ? l / LINEAR : fy ** 3)), fy: Math.round(ONE * fy) };
});

/** The way back from a root, ONE = 1: integer divisions cut off, as there. */
function unroot(f: number): number {
  if (f <= 3390) return Math.trunc((f * 108) / 841) - 290;
  return Math.trunc((Math.trunc((f * f) / ONE) * f) / ONE);
}
