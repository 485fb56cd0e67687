const N = 624;
const M = 397;

/** The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded with one 32-bit word. */
export interface Mt19937 {
  /** The next 32-bit word, unsigned. */
  next(): number;
}

/** A generator in the state that `init_genrand` of the paper's reference gives for `seed` (its low 32 bits). */
export function mt19937(seed: number): Mt19937 {
  const state = new Uint32Array(N);
  state[0] = seed;
  for (let i = 1; i < N; i++) {
    const last = state[i - 1]!;
    state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
  }
  let at = N;
  return {
    next() {
      if (at === N) {
        twist(state);
        at = 0;
      }
      let y = state[at++]!;
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      return (y ^ (y >>> 18)) >>> 0;
    },
  };
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < N; i++) {
    const y = (state[i]! & 0x80000000) | (state[(i + 1) % N]! & 0x7fffffff);
    state[i] = state[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
  }
}
