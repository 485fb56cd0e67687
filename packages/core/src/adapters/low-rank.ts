/** The best approximation of a matrix by one of low rank, as the first singular vectors and values. */
export interface LowRank {
  /** [rows, rank], row-major: left vectors in columns. */
  readonly left: Float32Array;
  /** [rank], falling. */
  readonly values: Float32Array;
  /** [rank, columns]: right vectors in rows. */
  readonly right: Float32Array;
}

const MOST_ITERATIONS = 200;
/** Change of the wanted singular values between iterations, as a share, at which they have settled. */
const SETTLED = 4e-15;

/**
 * The first `rank` singular vectors and values of a row-major matrix, by subspace iteration with spare directions and a
 * Rayleigh–Ritz step (Halko, Martinsson and Tropp 2011, algorithm 4.4, run until it settles). In float64.
 * The product of the three is unique where the values at `rank` and after it differ.
 */
export function lowRank(matrix: Float32Array, rows: number, columns: number, rank: number): LowRank {
  const width = Math.min(rows, columns, Math.max(2 * rank, rank + 10));
  let basis = orthonormal(startVectors(columns, width), columns, width);
  let values: Float64Array = new Float64Array(width);
  for (let i = 0; i < MOST_ITERATIONS; i++) {
    const image = multiply(matrix, rows, columns, basis, width);
    const gram = product(image, image, rows, width);
    const { vectors, eigenvalues } = symmetricEigen(gram, width);
    const settled = eigenvalues.every(
      (value, k) => k >= rank || Math.abs(value - values[k]!) <= SETTLED * Math.max(eigenvalues[0]!, Number.MIN_VALUE),
    );
    values = eigenvalues;
    basis = rotate(basis, vectors, columns, width);
    // A square basis spans everything: the first Ritz step is already exact.
    if (settled || width === columns) break;
    const rotated = rotate(image, vectors, rows, width);
    basis = orthonormal(multiplyTransposed(matrix, rows, columns, rotated, width), columns, width);
  }
  return vectorsOf(matrix, { rows, columns, rank, width, basis });
}

interface Found {
  readonly rows: number;
  readonly columns: number;
  readonly rank: number;
  readonly width: number;
  readonly basis: Float64Array;
}

function vectorsOf(matrix: Float32Array, { rows, columns, rank, width, basis }: Found): LowRank {
  const image = multiply(matrix, rows, columns, basis, width);
  const left = new Float32Array(rows * rank);
  const values = new Float32Array(rank);
  const right = new Float32Array(rank * columns);
  for (let k = 0; k < Math.min(rank, width); k++) {
    let squares = 0;
    for (let i = 0; i < rows; i++) squares += image[i * width + k]! ** 2;
    const value = Math.sqrt(squares);
    values[k] = value;
    for (let i = 0; i < rows; i++) left[i * rank + k] = value > 0 ? image[i * width + k]! / value : 0;
    for (let j = 0; j < columns; j++) right[k * columns + j] = basis[j * width + k]!;
  }
  return { left, values, right };
}

/** Directions that are no eigenvector of anything: a fixed sequence without structure. */
function startVectors(rows: number, width: number): Float64Array {
  let state = 0x9e3779b9;
  return Float64Array.from({ length: rows * width }, () => {
    state = (Math.imul(state ^ (state >>> 15), 0x85ebca6b) + 0x6d2b79f5) | 0;
    return (state >>> 8) / 2 ** 24 - 0.5;
  });
}

/** matrix [rows, columns] · x [columns, width]. */
function multiply(matrix: Float32Array, rows: number, columns: number, x: Float64Array, width: number): Float64Array {
  const out = new Float64Array(rows * width);
  for (let i = 0; i < rows; i++) {
    const to = i * width;
    for (let j = 0; j < columns; j++) {
      const a = matrix[i * columns + j]!;
      const from = j * width;
      for (let k = 0; k < width; k++) out[to + k]! += a * x[from + k]!;
    }
  }
  return out;
}

/** matrixᵀ · x [rows, width] → [columns, width]. */
function multiplyTransposed(
  matrix: Float32Array,
  rows: number,
  columns: number,
  x: Float64Array,
  width: number,
): Float64Array {
  const out = new Float64Array(columns * width);
  for (let i = 0; i < rows; i++) {
    const from = i * width;
    for (let j = 0; j < columns; j++) {
      const a = matrix[i * columns + j]!;
      const to = j * width;
      for (let k = 0; k < width; k++) out[to + k]! += a * x[from + k]!;
    }
  }
  return out;
}

/** aᵀ·b of two [rows, width]. */
function product(a: Float64Array, b: Float64Array, rows: number, width: number): Float64Array {
  const out = new Float64Array(width * width);
  for (let i = 0; i < rows; i++)
    for (let p = 0; p < width; p++)
      for (let q = 0; q < width; q++) out[p * width + q]! += a[i * width + p]! * b[i * width + q]!;
  return out;
}

/** x [rows, width] · vectors [width, width]. */
function rotate(x: Float64Array, vectors: Float64Array, rows: number, width: number): Float64Array {
  const out = new Float64Array(rows * width);
  for (let i = 0; i < rows; i++)
    for (let p = 0; p < width; p++)
      for (let q = 0; q < width; q++) out[i * width + q]! += x[i * width + p]! * vectors[p * width + q]!;
  return out;
}

/** Columns made orthonormal one after the other, each twice (Gram and Schmidt). A column that is nothing new becomes 0. */
function orthonormal(x: Float64Array, rows: number, width: number): Float64Array {
  for (let k = 0; k < width; k++) {
    const before = columnLength(x, rows, width, k);
    for (let pass = 0; pass < 2; pass++) {
      for (let p = 0; p < k; p++) {
        let dot = 0;
        for (let i = 0; i < rows; i++) dot += x[i * width + p]! * x[i * width + k]!;
        for (let i = 0; i < rows; i++) x[i * width + k]! -= dot * x[i * width + p]!;
      }
    }
    const length = columnLength(x, rows, width, k);
    const factor = length > 1e-14 * before && length > 0 ? 1 / length : 0;
    for (let i = 0; i < rows; i++) x[i * width + k]! *= factor;
  }
  return x;
}

function columnLength(x: Float64Array, rows: number, width: number, k: number): number {
  let squares = 0;
  for (let i = 0; i < rows; i++) squares += x[i * width + k]! ** 2;
  return Math.sqrt(squares);
}

const SWEEPS = 60;

/** Eigenvalues, falling, and eigenvectors in columns of a symmetric matrix [n, n], by Jacobi's rotations. */
function symmetricEigen(
  a: Float64Array,
  n: number,
): { readonly vectors: Float64Array; readonly eigenvalues: Float64Array } {
  const v = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off += a[i * n + j]! ** 2;
    if (off <= 1e-30 * a.reduce((total, x) => total + x * x, 0)) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) jacobi(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]!);
  return {
    eigenvalues: Float64Array.from(order, (i) => a[i * n + i]!),
    vectors: Float64Array.from({ length: n * n }, (_, at) => v[Math.floor(at / n) * n + order[at % n]!]!),
  };
}

/** Turns axes p and q so that a[p,q] vanishes. */
function jacobi(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let i = 0; i < n; i++) turn(a, i * n + p, i * n + q, c, s);
  for (let i = 0; i < n; i++) turn(a, p * n + i, q * n + i, c, s);
  for (let i = 0; i < n; i++) turn(v, i * n + p, i * n + q, c, s);
}

function turn(x: Float64Array, i: number, j: number, c: number, s: number): void {
  const [a, b] = [x[i]!, x[j]!];
  x[i] = c * a - s * b;
  x[j] = s * a + c * b;
}
