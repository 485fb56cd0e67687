import { constant, scalar, type Value } from '../graph/index.ts';
import { add, div, matmul, mul, sub, sum, transpose } from '../ops/index.ts';
import { sizes } from './scaling.ts';

/** Iterations where nothing is known of Q: enough for blocks whose Euclidean length is below 20. */
const ITERATIONS = 12;
const MOST = 30;
/** ln of the error that is left: below float32's own. */
const LEFT = 18.4;

/**
 * How many iterations `cayleyLess` needs for blocks B of this Euclidean length (all together), Q = B − Bᵀ.
 * ‖Q‖ ≤ 2‖B‖, so the bound below is c ≤ 1 + 2‖B‖², and (1 − 1/c)^(2^k) < e^(−2^k/c).
 */
export function cayleyIterations(norm: number | undefined): number {
  if (norm === undefined || !Number.isFinite(norm)) return ITERATIONS;
  return Math.min(Math.max(Math.ceil(Math.log2(LEFT * (1 + 2 * norm * norm))), 4), MOST);
}

/**
 * The Cayley transform less the identity, R − I with R = (I + Q)(I − Q)⁻¹, for skew-symmetric blocks Q [n, b, b]. Rotations close to none
 * keep all their digits, and Q = 0 gives exactly 0.
 *
 * R = 2(I − Q)⁻¹ − I, so R − I = 2·Q·(I − Q)⁻¹. The inverse of A = I − Q by Newton and Schulz: X ← X(2I − A·X) from X = Aᵀ/c.
 * The error I − A·X is squared in each step; it starts as I − A·Aᵀ/c, and A·Aᵀ = I − Q² has eigenvalues 1 + q², ±iq being those of Q.
 * They come in pairs, so q² ≤ ‖Q‖²/2, and with c = 1 + ‖Q‖²/2 the start lies in [0, 1 − 1/c]: it converges for every Q, quadratically.
 */
export function cayleyLess(q: Value, iterations: number = ITERATIONS): Value {
  const identity = eye(sizes(q)[1]!);
  const a = sub(identity, q);
  const c = add(mul(sum(mul(q, q), [1, 2]), scalar(0.5)), scalar(1));
  let x = div(transpose(a, [0, 2, 1]), c);
  const two = mul(identity, scalar(2));
  for (let i = 0; i < iterations; i++) x = matmul(x, sub(two, matmul(a, x)));
  return mul(matmul(q, x), scalar(2));
}

/** B − Bᵀ of square blocks [n, b, b]. */
export function skew(blocks: Value): Value {
  return sub(blocks, transpose(blocks, [0, 2, 1]));
}

const identities = new Map<number, Value>();

/** The identity [1, n, n]; one value for each size, as every layer of a file needs it. */
export function eye(n: number): Value {
  const known = identities.get(n);
  if (known) return known;
  const data = Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  const made = constant(data, [1, n, n]);
  identities.set(n, made);
  return made;
}
