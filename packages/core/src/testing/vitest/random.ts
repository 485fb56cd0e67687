/** Seeded numbers in [0, 1), the same everywhere (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` seeded numbers in [low, high). */
export function randomFloats(
  count: number,
  seed: number,
  [low, high]: readonly [low: number, high: number] = [-1, 1],
): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: count }, () => low + (high - low) * random());
}
