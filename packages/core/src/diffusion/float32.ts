/** float32 arithmetic on scalars, where the webui's tensors hold them and a last digit decides a noise seed. */

/** Rounds to float32. */
export const f32: (x: number) => number = Math.fround;

/** e^x in float32. */
export function exp32(x: number): number {
  return f32(Math.exp(x));
}

/** ln x in float32. */
export function log32(x: number): number {
  return f32(Math.log(x));
}

/** e^x − 1 in float32. */
export function expm132(x: number): number {
  return f32(Math.expm1(x));
}

/**
 * n evenly spaced float32 numbers with both ends, as torch.linspace: counted from the start in the first half and from
 * the end in the second. One number is the start.
 */
export function linspace32(from: number, to: number, n: number): Float32Array {
  const start = f32(from);
  const end = f32(to);
  if (n === 1) return Float32Array.of(start);
  const step = f32(f32(end - start) / (n - 1));
  const half = Math.floor(n / 2);
  return Float32Array.from({ length: n }, (_, i) => (i < half ? start + step * i : end - step * (n - 1 - i)));
}
