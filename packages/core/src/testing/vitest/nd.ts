import type { Tensor } from '../../tensor/index.ts';

/** Plain-JS formulas over tensors, for the references of tests: slow, short, float64. */

/** Values of a tensor of this shape from the index of each. */
export function tabulate(shape: readonly number[], value: (...index: number[]) => number): number[] {
  const out: number[] = [];
  const visit = (index: readonly number[]): void => {
    if (index.length === shape.length) out.push(value(...index));
    else for (let i = 0; i < shape[index.length]!; i++) visit([...index, i]);
  };
  visit([]);
  return out;
}

/** The element at an index. Axes of size 1 repeat, and leading axes that the tensor lacks are ignored (numpy's broadcasting). */
export function pick({ shape, data }: Tensor, ...index: readonly number[]): number {
  let at = 0;
  for (const [axis, size] of shape.entries()) {
    const i = index[index.length - shape.length + axis]!;
    at = at * size + (size === 1 ? 0 : i);
  }
  return data[at]!;
}

/** Σ value(i) for 0 ≤ i < n. */
export function sumOver(n: number, value: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += value(i);
  return sum;
}
