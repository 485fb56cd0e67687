// Logarithm, sine and cosine in float32 as torch's vectorised CPU kernel of normal numbers has them: the polynomials of the Cephes library
// (S. L. Moshier) in the form of J. Pommier's avx_mathfun, every multiplication with an addition after it fused, as compilers for AVX2 do.
// They differ from exact functions by a unit in the last place here and there; a picture that starts from noise times 4,500 shows it.

const { fround } = Math;

/** a·b + c with one rounding: the product of two float32 is exact in float64. */
function fused(a: number, b: number, c: number): number {
  return fround(a * b + c);
}

/** Of x − 1 for √½ ≤ x < √2, from the highest power on. */
const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(fround);
/** ln 2 as a short number and the rest. */
const LN2 = [fround(0.693359375), fround(-2.1219444e-4)] as const;
const SQRT_HALF = fround(Math.SQRT1_2);

const bits = new DataView(new ArrayBuffer(4));

/** ln x of a normal float32 x > 0. */
export function vectorLog(x: number): number {
  bits.setFloat32(0, x);
  const word = bits.getUint32(0);
  bits.setUint32(0, (word & 0x7fffff) | 0x3f000000);
  let exponent = (word >>> 23) - 126;
  let rest = bits.getFloat32(0);
  if (rest < SQRT_HALF) {
    exponent -= 1;
    rest = fround(fround(rest - 1) + rest);
  } else rest = fround(rest - 1);
  const square = fround(rest * rest);
  const cube = fround(polynomial(LOG, rest) * rest);
  const low = fused(-square, 0.5, fused(cube, square, fround(exponent * LN2[1])));
  return fused(exponent, LN2[0], fround(rest + low));
}

const SIN = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(fround);
const COS = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(fround);
/** −π/4 in three parts, the first two short. */
const QUARTER = [-0.78515625, -2.4187564849853515625e-4, -3.774894977445941e-8].map(fround);
const FOUR_OVER_PI = fround(4 / Math.PI);

/** [sin x, cos x] of a float32 0 ≤ x ≤ 8192. */
export function vectorSinCos(x: number): readonly [sin: number, cos: number] {
  // The even octant nearest to x, and what is left of it.
  const octant = (Math.trunc(fround(x * FOUR_OVER_PI)) + 1) & ~1;
  const rest = QUARTER.reduce((left, part) => fused(octant, part, left), x);
  const square = fround(rest * rest);
  const sin = fused(fround(polynomial(SIN, square) * square), rest, rest);
  const powers = fround(polynomial(COS, square) * square);
  const cos = fround(fused(powers, square, -fround(square * 0.5)) + 1);
  const [first, second] = (octant & 2) === 0 ? [sin, cos] : [cos, sin];
  return [(octant & 4) === 0 ? first : -first, ((octant - 2) & 4) === 0 ? -second : second];
}

/** From the highest power on, each step fused. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => fused(sum, x, coefficient));
}
