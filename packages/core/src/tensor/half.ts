const value = new Float32Array(1);
const bits = new Uint32Array(value.buffer);

/** The nearest float16 as a number, ties to even: infinite from 65520 on, multiples of 2^-24 below 2^-14. */
export function roundHalf(x: number): number {
  if (!(Math.abs(x) < 65520)) return Number.isNaN(x) ? x : Math.sign(x) * Infinity;
  value[0] = x;
  const exponent = Math.max(((bits[0]! >>> 23) & 0xff) - 127, -14);
  // At this size float64 holds exactly the multiples of the float16 step, and its addition rounds ties to even.
  const coarse = 1.5 * 2 ** (exponent - 10 + 52);
  return x + coarse - coarse;
}
