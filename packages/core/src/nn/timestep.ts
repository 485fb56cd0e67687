import { constant, type Value } from '../graph/index.ts';
import { concat, cos, mul, reshape, sin } from '../ops/index.ts';

/**
 * Sinusoidal embedding: [cos(t·f), sin(t·f)], f_i = 10000^(−i/(width/2)).
 * t [b], may be fractional → [b, width], cosines first (Stable Diffusion's order; computed in float32).
 */
export function timestepEmbedding(t: Value, width: number): Value {
  const half = width / 2;
  const frequencies = constant(
    Float32Array.from({ length: half }, (_, i) => frequency(i, half)),
    [1, half],
  );
  const angles = mul(reshape(t, [t.shape[0]!, 1]), frequencies);
  return concat(cos(angles), sin(angles), 1);
}

/** The same for one number that is known: [cos(t·f), sin(t·f)], `width` numbers. */
export function sinusoid(t: number, width: number): Float32Array {
  const half = width / 2;
  const angles = Float32Array.from({ length: half }, (_, i) => Math.fround(t) * frequency(i, half));
  return Float32Array.of(...angles.map(Math.cos), ...angles.map(Math.sin));
}

function frequency(i: number, half: number): number {
  return Math.fround(Math.exp((-Math.log(10000) * i) / half));
}
