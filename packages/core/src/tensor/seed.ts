/** A seed: any integer. Numbers above 2^53 are not exact, so large seeds come as bigint. */
export type Seed = number | bigint;

/** The seed modulo 2^64 as [low, high] 32-bit words; negative seeds in two's complement, as torch takes them. */
export function seedWords(seed: Seed): readonly [low: number, high: number] {
  const bits = BigInt.asUintN(64, BigInt(seed));
  return [Number(bits & 0xffffffffn), Number(bits >> 32n)];
}
