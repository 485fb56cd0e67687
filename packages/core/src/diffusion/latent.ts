import { f32 } from './float32.ts';

/** A batch of latents [b, 4, h, w] or of anything that is added like them: row-major float32. */
export type Latent = Float32Array;

/**
 * a·x + b·y, or a·x + b·y + c·z, element by element: a new latent. As in torch the factors, every product and every sum
 * are rounded to float32: DPM adaptive measures differences as small as that.
 */
export function lincomb(a: number, x: Latent, b: number, y: Latent, c = 0, z?: Latent): Latent {
  const out = new Float32Array(x.length);
  const [fa, fb, fc] = [f32(a), f32(b), f32(c)];
  if (z === undefined) for (let i = 0; i < out.length; i++) out[i] = f32(fa * x[i]!) + f32(fb * y[i]!);
  else for (let i = 0; i < out.length; i++) out[i] = f32(f32(fa * x[i]!) + f32(fb * y[i]!)) + f32(fc * z[i]!);
  return out;
}

/** Σ weight·latent over any number of terms, at least one: a new latent. */
export function weightedSum(terms: readonly (readonly [weight: number, latent: Latent])[]): Latent {
  const sum = new Float64Array(terms[0]![1].length);
  for (const [weight, latent] of terms) for (let i = 0; i < sum.length; i++) sum[i]! += weight * latent[i]!;
  return Float32Array.from(sum);
}
