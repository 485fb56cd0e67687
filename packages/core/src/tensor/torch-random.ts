import { roundHalf } from './half.ts';
import { mt19937 } from './mt19937.ts';
import { seedWords, type Seed } from './seed.ts';
import { vectorLog, vectorSinCos } from './vector-math.ts';

const TWO_PI = 2 * Math.PI;
/** Normals are made in blocks of 16 uniforms: 8 radii and 8 angles. Shorter draws take the scalar path. */
const BLOCK = 16;

/** torch's CPU generator: the same seed and the same calls give the numbers of torch.Generator('cpu'). */
export interface TorchRandom {
  /** n float32 uniforms in [0, 1). */
  uniform(n: number): Float32Array;
  /** n float64 uniforms in [0, 1). */
  uniform64(n: number): Float64Array;
  /** An integer in [0, limit). limit: 1…2^63 − 1, a bigint above 2^32 − 1. */
  integer(limit: number): number;
  integer(limit: bigint): bigint;
  /** A permutation of 0…n−1. */
  permutation(n: number): Uint32Array;
  /** n float32 unit normals, as torch.randn of n elements. */
  normal(n: number): Float32Array;
  /** n float16 unit normals: of 16 or more, another stream than the float32 ones, as torch 2.1 has it. */
  normalHalf(n: number): Float32Array;
  /** n float64 unit normals: of 16 or more, another stream than the float32 ones. */
  normal64(n: number): Float64Array;
}

/**
 * A torch CPU generator. Only the low 32 bits of the seed count.
 * Source: ATen/core/MT19937RNGEngine.h, DistributionsHelper.h and native/cpu/DistributionTemplates.h of torch 2.1.
 */
export function torchRandom(seed: Seed): TorchRandom {
  const engine = mt19937(seedWords(seed)[0]);
  /** The second normal of the last scalar pair. It outlives draws of the other path. */
  let kept: number | undefined;

  const uniform32 = (): number => (engine.next() & 0xffffff) * 2 ** -24;
  const uniform11 = (): number => (engine.next() & 0x7ff) * 2 ** -11;
  // The first word is the high half; 53 bits of the pair count.
  const uniform53 = (): number => {
    const high = engine.next() & 0x1fffff;
    return (high * 2 ** 32 + engine.next()) * 2 ** -53;
  };
  const scalar = (): number => {
    if (kept !== undefined) {
      const value = kept;
      kept = undefined;
      return value;
    }
    const angle = TWO_PI * uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-uniform53()));
    kept = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  function integer(limit: number): number;
  function integer(limit: bigint): bigint;
  function integer(limit: number | bigint): number | bigint {
    if (typeof limit === 'number') return engine.next() % limit;
    const high = BigInt(engine.next());
    return ((high << 32n) | BigInt(engine.next())) % limit;
  }

  return {
    uniform: (n) => fill(new Float32Array(n), uniform32),
    uniform64: (n) => fill(new Float64Array(n), uniform53),
    integer,
    permutation(n) {
      const out = Uint32Array.from({ length: n }, (_, i) => i);
      for (let i = 0; i < n - 1; i++) {
        const other = i + (engine.next() % (n - i));
        const value = out[i]!;
        out[i] = out[other]!;
        out[other] = value;
      }
      return out;
    },
    normal(n) {
      const out = new Float32Array(n);
      return n < BLOCK ? fill(out, scalar) : fillBlocks(out, uniform32, boxMuller32);
    },
    normalHalf(n) {
      const out = new Float32Array(n);
      return n < BLOCK ? fill(out, scalar).map(roundHalf) : fillBlocks(out, uniform11, boxMuller16);
    },
    normal64(n) {
      const out = new Float64Array(n);
      return n < BLOCK ? fill(out, scalar) : fillBlocks(out, uniform53, boxMuller64);
    },
  };
}

function fill<A extends Float32Array | Float64Array>(out: A, draw: () => number): A {
  for (let i = 0; i < out.length; i++) out[i] = draw();
  return out;
}

/** Uniforms into all places, then whole blocks turned into normals; a last partial block is drawn anew, 16 wide. */
function fillBlocks<A extends Float32Array | Float64Array>(
  out: A,
  draw: () => number,
  turn: (block: A, at: number) => void,
): A {
  fill(out, draw);
  for (let at = 0; at + BLOCK <= out.length; at += BLOCK) turn(out, at);
  if (out.length % BLOCK !== 0) {
    const at = out.length - BLOCK;
    for (let i = at; i < out.length; i++) out[i] = draw();
    turn(out, at);
  }
  return out;
}

/** What Box and Muller (1958) need of a dtype's arithmetic. */
interface Arithmetic {
  readonly round: (x: number) => number;
  readonly twoPi: number;
  readonly log: (x: number) => number;
  readonly sinCos: (x: number) => readonly [sin: number, cos: number];
}

/** Turns the uniforms at places at…at+15 into normals, with every operation rounded to the dtype. */
function boxMuller<A extends Float32Array | Float64Array>({
  round,
  twoPi,
  log,
  sinCos,
}: Arithmetic): (data: A, at: number) => void {
  return (data, at) => {
    for (let i = at; i < at + BLOCK / 2; i++) {
      const radius = round(Math.sqrt(round(-2 * log(1 - data[i]!))));
      const [sin, cos] = sinCos(round(twoPi * data[i + BLOCK / 2]!));
      data[i] = round(radius * cos);
      data[i + BLOCK / 2] = round(radius * sin);
    }
  };
}

/** Exact functions, rounded. */
function rounded(round: (x: number) => number): Arithmetic {
  return {
    round,
    twoPi: TWO_PI,
    log: (x) => round(Math.log(x)),
    sinCos: (x) => [round(Math.sin(x)), round(Math.cos(x))],
  };
}

const boxMuller16 = boxMuller<Float32Array>(rounded(roundHalf));
const boxMuller32 = boxMuller<Float32Array>({
  round: Math.fround,
  twoPi: Math.fround(TWO_PI),
  log: vectorLog,
  sinCos: vectorSinCos,
});
const boxMuller64 = boxMuller<Float64Array>(rounded((x) => x));
