import type { Seed } from './seed.ts';

const INIT_A = 0x43b0d7e5;
const MULT_A = 0x931e8875;
const INIT_B = 0x8b51f9dd;
const MULT_B = 0x58f38ded;
const MIX_LEFT = 0xca01f9dd;
const MIX_RIGHT = 0x4973f715;

export interface SeedSequenceOptions {
  /** A non-negative integer of any size. */
  readonly entropy: Seed;
  /** Names a child of the sequence: non-negative integers. */
  readonly spawnKey?: readonly Seed[];
  /** Words of the pool: 4 in numpy by default, 24 in a Brownian tree. */
  readonly poolSize?: number;
}

/** The first `count` 32-bit words of numpy's SeedSequence.generate_state (O'Neill's seed_seq_fe, numpy 1.17). */
export function seedSequence(options: SeedSequenceOptions, count: number): Uint32Array {
  const { entropy, spawnKey = [], poolSize = 4 } = options;
  const words = integerWords(entropy);
  if (spawnKey.length > 0) while (words.length < poolSize) words.push(0);
  for (const key of spawnKey) words.push(...integerWords(key));

  let constant = INIT_A;
  const hash = (word: number): number => {
    const mixed = word ^ constant;
    constant = Math.imul(constant, MULT_A);
    const value = Math.imul(mixed, constant);
    return value ^ (value >>> 16);
  };
  const mix = (left: number, right: number): number => {
    const value = Math.imul(MIX_LEFT, left) - Math.imul(MIX_RIGHT, right);
    return value ^ (value >>> 16);
  };

  const pool = Int32Array.from({ length: poolSize }, (_, i) => hash(words[i] ?? 0));
  for (let from = 0; from < poolSize; from++)
    for (let to = 0; to < poolSize; to++) if (from !== to) pool[to] = mix(pool[to]!, hash(pool[from]!));
  for (const word of words.slice(poolSize)) for (let to = 0; to < poolSize; to++) pool[to] = mix(pool[to]!, hash(word));

  const out = new Uint32Array(count);
  let factor = INIT_B;
  for (let i = 0; i < count; i++) {
    const mixed = pool[i % poolSize]! ^ factor;
    factor = Math.imul(factor, MULT_B);
    const value = Math.imul(mixed, factor);
    out[i] = value ^ (value >>> 16);
  }
  return out;
}

/** Little-endian 32-bit words of a non-negative integer; zero is one word. */
function integerWords(value: Seed): number[] {
  const words: number[] = [];
  for (let rest = BigInt(value); rest > 0n || words.length === 0; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  return words;
}
