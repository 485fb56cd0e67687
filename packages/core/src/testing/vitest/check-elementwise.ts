import type { Value } from '../../graph/index.ts';
import { checkOp, type OpCase } from './check-op.ts';
import { pick, tabulate } from './nd.ts';

const SHAPES: readonly OpCase<'x', undefined>[] = [
  { ins: { x: [] } },
  { ins: { x: [2, 3, 4] } },
  { ins: { x: ['b', 5] }, sizes: { b: 2 } },
];

/** The contract of an operation on one operand, element by element. `range`: what it is drawn from, beside [−2, 2). */
export function checkElementwise(
  build: (x: Value) => Value,
  formula: (x: number) => number,
  ...ranges: readonly (readonly [low: number, high: number])[]
): void {
  for (const range of ranges.length > 0 ? ranges : ([[-2, 2]] as const))
    checkOp<'x'>(
      { build: ({ x }) => build(x), reference: ({ x }) => Array.from(x.data, formula), range: { x: range } },
      SHAPES,
    );
}

const PAIRS: readonly OpCase<'a' | 'b', undefined>[] = [
  { ins: { a: [], b: [] } },
  { ins: { a: [2, 3], b: [2, 3] } },
  { ins: { a: [2, 3], b: [3] } },
  { ins: { a: [], b: [2, 3] } },
  { ins: { a: [4, 1, 3], b: [2, 1] } },
  { ins: { a: ['b', 'n', 3], b: ['b', 'n', 3] }, sizes: { b: 2, n: 4 } },
  { ins: { a: ['b', 1, 3], b: ['n', 1] }, sizes: { b: 2, n: 4 } },
];

/** The contract of an operation on two operands, element by element with numpy's broadcasting. */
export function checkBroadcast(
  build: (a: Value, b: Value) => Value,
  formula: (a: number, b: number) => number,
  range: Partial<Readonly<Record<'a' | 'b', readonly [low: number, high: number]>>> = {},
): void {
  checkOp<'a' | 'b'>(
    {
      build: ({ a, b }) => build(a, b),
      reference: ({ a, b }) => {
        const rank = Math.max(a.shape.length, b.shape.length);
        const shape = Array.from({ length: rank }, (_, i) =>
          Math.max(a.shape[i - rank + a.shape.length] ?? 1, b.shape[i - rank + b.shape.length] ?? 1),
        );
        return tabulate(shape, (...index) => formula(pick(a, ...index), pick(b, ...index)));
      },
      range,
    },
    PAIRS,
  );
}
