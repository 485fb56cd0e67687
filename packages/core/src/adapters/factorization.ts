/**
 * n as a product of two, the smaller first: by `factor` where it divides n, else the most even split whose smaller part is at most
 * `factor` (−1: no bound). LyCORIS `functional/general.py` factorization, as it behaves.
 */
export function factorization(n: number, factor: number): [number, number] {
  if (factor > 0 && n % factor === 0) return sorted(factor, n / factor);
  const bound = factor < 0 ? n : factor;
  let [small, large] = [1, n];
  while (small < large) {
    let next = small + 1;
    while (n % next !== 0) next++;
    if (next + n / next > 1 + n || next > bound) break;
    [small, large] = [next, n / next];
  }
  return sorted(small, large);
}

function sorted(a: number, b: number): [number, number] {
  return a < b ? [a, b] : [b, a];
}
