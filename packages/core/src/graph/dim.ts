import { ShapeError } from '../errors/index.ts';

/**
 * One size of a shape: a number, or a symbolic size in canonical spelling such as `h`, `h/2` or `4*h*w`.
 * Symbolic sizes are fractions of products of names, and always whole; the run time knows the names from the inputs' shapes.
 */
export type Dim = number | string;

/** Sizes of all axes, outermost first. */
export type Shape = readonly Dim[];

/** coefficient · product of names; the parts of a canonical spelling. */
export interface Monomial {
  readonly numerator: number;
  readonly denominator: number;
  /** Sorted, with repeats. A name may itself be a function text such as `ceil(h/2)`. */
  readonly names: readonly string[];
}

/** Parts of a size. */
export function monomial(dim: Dim): Monomial {
  if (typeof dim === 'number') return { numerator: dim, denominator: 1, names: [] };
  const [product = '', denominator = '1'] = splitOutside(dim, '/');
  const factors = splitOutside(product, '*');
  const numerator = /^\d+$/.test(factors[0]!) ? Number(factors.shift()) : 1;
  return { numerator, denominator: Number(denominator), names: factors };
}

/** Splits at `mark` outside parentheses. */
function splitOutside(text: string, mark: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const char of text) {
    depth += char === '(' ? 1 : char === ')' ? -1 : 0;
    if (char === mark && depth === 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts;
}

function spell({ numerator, denominator, names }: Monomial): Dim {
  if (numerator === 0) return 0;
  const common = gcd(numerator, denominator);
  const top = numerator / common;
  const bottom = denominator / common;
  if (names.length === 0) {
    if (bottom !== 1) throw new ShapeError('dim', 'a whole number', [`${top}/${bottom}`]);
    return top;
  }
  const product = [...(top === 1 ? [] : [String(top)]), ...[...names].sort()].join('*');
  return bottom === 1 ? product : `${product}/${bottom}`;
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.max(a, 1) : gcd(b, a % b);
}

/** Product of sizes. */
export function dimMul(...dims: readonly Dim[]): Dim {
  if (dims.every((dim) => typeof dim === 'number')) return dims.reduce((a, b) => a * b, 1);
  const parts = dims.map(monomial);
  return spell({
    numerator: parts.reduce((n, part) => n * part.numerator, 1),
    denominator: parts.reduce((n, part) => n * part.denominator, 1),
    names: parts.flatMap((part) => part.names),
  });
}

/** A size divided by another that is known to divide it. Throws ShapeError for numbers that do not divide. */
export function dimDiv(dim: Dim, by: Dim): Dim {
  const a = monomial(dim);
  const b = monomial(by);
  const names = [...a.names];
  for (const name of b.names) {
    const at = names.indexOf(name);
    if (at < 0) throw new ShapeError('dim', `a multiple of ${by}`, [dim]);
    names.splice(at, 1);
  }
  return spell({ numerator: a.numerator * b.denominator, denominator: a.denominator * b.numerator, names });
}

/** ⌈dim/2⌉: exact where the size is a number or a known multiple of 2, else a new name. */
export function dimCeilHalf(dim: Dim): Dim {
  if (typeof dim === 'number') return Math.ceil(dim / 2);
  return isEven(dim) ? dimDiv(dim, 2) : `ceil(${dim}/2)`;
}

/** Whether a size is known to be a multiple of 2, as `8*h` is. */
export function isEven(dim: Dim): boolean {
  const { numerator, denominator } = monomial(dim);
  return denominator === 1 && numerator % 2 === 0;
}

/** Number of elements of a shape. */
export function dimProduct(shape: Shape): Dim {
  return dimMul(...shape);
}

/** Whether two shapes are the same, symbol by symbol. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}
