import { numel } from '../../tensor/index.ts';
import { numbers, type FileModule } from './modules.ts';

/** [rows, columns], row-major. */
interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Two matrices whose product is meant. */
interface Product {
  readonly a: Matrix;
  readonly b: Matrix;
}

/**
 * ‖ΔW‖_F² of a layer at strength 1, by the alpha that the file stores, or else the scale in `hint`; undefined for families whose change
 * depends on the base weight.
 * With magnitudes (DoRA) it is that of the change before them. Products are not multiplied out.
 */
export async function squaredDelta(module: FileModule, hint?: number): Promise<number | undefined> {
  const { parts } = module;
  const has = (...names: string[]): boolean => names.every((name) => parts.has(name));
  if (has('lora_down.weight', 'lora_up.weight')) {
    const product = await productOf(module, 'lora_up.weight', 'lora_down.weight', 'lora_mid.weight', 'up');
    return product && squaredProduct(product) * (await scaleOf(module, product.b.rows, hint)) ** 2;
  }
  if (has('hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b')) {
    const first = await productOf(module, 'hada_w1_a', 'hada_w1_b', 'hada_t1');
    const second = await productOf(module, 'hada_w2_a', 'hada_w2_b', 'hada_t2');
    if (!first || !second || first.a.rows !== second.a.rows || first.b.columns !== second.b.columns) return undefined;
    return squaredHadamard(first, second) * (await scaleOf(module, first.b.rows, hint)) ** 2;
  }
  const [left, right] = [await squaredFactor(module, 1), await squaredFactor(module, 2)];
  // ‖A ⊗ B‖ = ‖A‖ · ‖B‖
  if (left && right) return left.squares * right.squares * (await scaleOf(module, right.rank ?? left.rank, hint)) ** 2;
  const whole = parts.get('diff') ?? parts.get('w_norm');
  return whole && squaresOf(await numbers(whole));
}

/** What the raw product is multiplied with: `scale`, else alpha/rank, else what is known from beside the file. */
async function scaleOf({ parts }: FileModule, rank: number | undefined, hint = 1): Promise<number> {
  const read = async (part: string): Promise<number | undefined> => {
    const entry = parts.get(part);
    return entry && numel(entry.shape) === 1 ? (await numbers(entry))[0] : undefined;
  };
  const [scale, alpha] = [await read('scale'), await read('alpha')];
  return scale ?? (alpha === undefined ? hint : rank ? alpha / rank : 1);
}

/** LoKr's factor: whole, or a product with a rank. */
async function squaredFactor(
  module: FileModule,
  side: 1 | 2,
): Promise<{ readonly squares: number; readonly rank?: number } | undefined> {
  const whole = module.parts.get(`lokr_w${side}`);
  if (whole) return { squares: squaresOf(await numbers(whole)) };
  const product = await productOf(module, `lokr_w${side}_a`, `lokr_w${side}_b`, `lokr_t${side}`);
  return product && { squares: squaredProduct(product), rank: product.b.rows };
}

/**
 * Two factors, with a core [r, s, …] between them if there is one: then the second is multiplied by it. Beside a core the first factor lies
 * [r, out], but for LoCon's (`up`), which lies as ever. Undefined where something is missing or does not fit.
 */
async function productOf(
  { parts }: FileModule,
  first: string,
  second: string,
  core: string,
  lies?: 'up',
): Promise<Product | undefined> {
  const [one, two, middle] = [parts.get(first), parts.get(second), parts.get(core)];
  if (!one || !two) return undefined;
  const a = matrix(await numbers(one), one.shape);
  const b = matrix(await numbers(two), two.shape);
  if (!middle) return a.columns === b.rows ? { a, b } : undefined;
  const left = lies === 'up' ? a : transposed(a);
  const [r = 0, s = 0, ...kernel] = middle.shape;
  if (left.columns !== r || b.rows !== s) return undefined;
  return { a: left, b: throughCore(await numbers(middle), b, { r, s, places: numel(kernel) }) };
}

function matrix(data: Float32Array, shape: readonly number[]): Matrix {
  const rows = shape[0] ?? 1;
  return { data, rows, columns: rows === 0 ? 0 : data.length / rows };
}

function transposed({ data, rows, columns }: Matrix): Matrix {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j]!;
  return { data: out, rows: columns, columns: rows };
}

/** Σ_s core[r, s, k] · b[s, j] → [r, k·j]. */
function throughCore(
  core: Float32Array,
  b: Matrix,
  { r, s, places }: { readonly r: number; readonly s: number; readonly places: number },
): Matrix {
  const columns = places * b.columns;
  const out = new Float32Array(r * columns);
  for (let i = 0; i < r; i++)
    for (let m = 0; m < s; m++)
      for (let k = 0; k < places; k++) {
        const factor = core[(i * s + m) * places + k]!;
        const to = i * columns + k * b.columns;
        for (let j = 0; j < b.columns; j++) out[to + j]! += factor * b.data[m * b.columns + j]!;
      }
  return { data: out, rows: r, columns };
}

function squaresOf(data: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! * data[i]!;
  return sum;
}

/** ‖AB‖² = Σ (AᵀA) ⊙ (BBᵀ), two matrices of rank × rank. */
function squaredProduct({ a, b }: Product): number {
  const right = rowProducts(b);
  const left = rowProducts(transposed(a));
  return Math.max(
    0,
    left.reduce((sum, x, i) => sum + x * right[i]!, 0),
  );
}

/** The products of all pairs of rows. */
function rowProducts({ data, rows, columns }: Matrix): Float64Array {
  const out = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++)
    for (let j = i; j < rows; j++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += data[i * columns + k]! * data[j * columns + k]!;
      out[i * rows + j] = sum;
      out[j * rows + i] = sum;
    }
  return out;
}

/** ‖(AB) ⊙ (CD)‖², a row at a time. */
function squaredHadamard(first: Product, second: Product): number {
  const { rows } = first.a;
  const { columns } = first.b;
  let sum = 0;
  const [one, two] = [new Float64Array(columns), new Float64Array(columns)];
  for (let i = 0; i < rows; i++) {
    rowOf(first, i, one);
    rowOf(second, i, two);
    for (let j = 0; j < columns; j++) sum += (one[j]! * two[j]!) ** 2;
  }
  return sum;
}

/** Row `i` of a product. */
function rowOf({ a, b }: Product, i: number, out: Float64Array): void {
  out.fill(0);
  for (let r = 0; r < a.columns; r++) {
    const factor = a.data[i * a.columns + r]!;
    for (let j = 0; j < b.columns; j++) out[j]! += factor * b.data[r * b.columns + j]!;
  }
}
