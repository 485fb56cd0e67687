import { seedWords, type Seed } from './seed.ts';

const ROUNDS = 10;
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
const WORD = 2 ** -32;
/** 2π·2^-32 as the webui has it: a product of two decimal constants, rounded to float32. */
const ANGLE = Math.fround(2.3283064e-10 * 6.2831855);

/** Philox4x32-10 (Salmon et al. 2011): four words of a counter and two of a key → four words. */
export function philox4x32(counter: ArrayLike<number>, key: readonly [number, number]): Uint32Array {
  return mixRounds(Uint32Array.from(counter), key);
}

/** Replaces the four words of `state`, so that long draws allocate nothing. */
function mixRounds(state: Uint32Array, key: readonly [number, number]): Uint32Array {
  let c0 = state[0]!;
  let c1 = state[1]!;
  let c2 = state[2]!;
  let c3 = state[3]!;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = mulHigh(c0, MULTIPLIERS[0]);
    const high1 = mulHigh(c2, MULTIPLIERS[1]);
    const low0 = Math.imul(c0, MULTIPLIERS[0]);
    const low1 = Math.imul(c2, MULTIPLIERS[1]);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL[0]) | 0;
    k1 = (k1 + WEYL[1]) | 0;
  }
  state[0] = c0;
  state[1] = c1;
  state[2] = c2;
  state[3] = c3;
  return state;
}

/** High word of the product of two 32-bit words, as bits. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = Math.imul(aLow, bLow) >>> 16;
  const middle = Math.imul(aHigh, bLow) >>> 0;
  const other = Math.imul(aLow, bHigh) >>> 0;
  const carry = (low + (middle & 0xffff) + (other & 0xffff)) >>> 16;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (other >>> 16) + carry) | 0;
}

/** The webui's software copy of the CUDA generator ("NV"). */
export interface PhiloxRandom {
  /** n float32 unit normals. Each call moves to the next counter, whatever n is. */
  normal(n: number): Float32Array;
}

/** A generator whose key is the whole 64-bit seed. Source: webui `modules/rng_philox.py` 1.10. */
export function philoxRandom(seed: Seed): PhiloxRandom {
  const key = seedWords(seed);
  let call = 0;
  return {
    normal(n) {
      const out = new Float32Array(n);
      const words = new Uint32Array(4);
      for (let i = 0; i < n; i++) {
        words[0] = call;
        words[1] = 0;
        words[2] = i;
        words[3] = 0;
        mixRounds(words, key);
        const u = words[0] * WORD + WORD / 2;
        const v = words[1] * ANGLE + ANGLE / 2;
        out[i] = Math.sqrt(-2 * Math.log(u)) * Math.sin(v);
      }
      call++;
      return out;
    },
  };
}
