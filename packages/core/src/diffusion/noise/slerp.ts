/** Between noises that point the same way the sines vanish; from this mean cosine on the webui mixes linearly. */
const PARALLEL = 0.9995;

export interface SlerpOptions {
  /** Channels, height and width of both tensors. */
  readonly shape: readonly [c: number, h: number, w: number];
  /** 0 gives `from`, 1 gives `to`. */
  readonly share: number;
}

/**
 * Spherical interpolation between two noises [c, h, w]. As in the webui there is one angle for each channel and
 * column, because its norms run over the rows only; and its linear case has the two weights exchanged.
 */
export function slerp(from: Float32Array, to: Float32Array, options: SlerpOptions): Float32Array {
  const {
    shape: [c, h, w],
    share,
  } = options;
  const cosines = new Float64Array(c * w);
  for (let channel = 0; channel < c; channel++) {
    for (let x = 0; x < w; x++) {
      let dot = 0;
      let fromSquares = 0;
      let toSquares = 0;
      for (let i = channel * h * w + x; i < (channel + 1) * h * w; i += w) {
        dot += from[i]! * to[i]!;
        fromSquares += from[i]! ** 2;
        toSquares += to[i]! ** 2;
      }
      cosines[channel * w + x] = dot / Math.sqrt(fromSquares * toSquares);
    }
  }
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
  if (mean > PARALLEL) return from.map((value, i) => value * share + to[i]! * (1 - share));

  const out = new Float32Array(from.length);
  for (let channel = 0; channel < c; channel++) {
    for (let x = 0; x < w; x++) {
      const angle = Math.acos(cosines[channel * w + x]!);
      const a = Math.sin((1 - share) * angle) / Math.sin(angle);
      const b = Math.sin(share * angle) / Math.sin(angle);
      for (let i = channel * h * w + x; i < (channel + 1) * h * w; i += w) out[i] = a * from[i]! + b * to[i]!;
    }
  }
  return out;
}
