/** Rounded v / 255 in integers, exact for products of two samples. 0 ≤ v ≤ 65025. */
export function divide255(v: number): number {
  const t = v + 128;
  return ((t >> 8) + t) >> 8;
}
