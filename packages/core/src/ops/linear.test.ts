import { describe, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, sumOver, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import type { Tensor } from '../tensor/index.ts';
import { linear } from './linear.ts';

function reference({ x, weight, bias }: Record<'x' | 'weight', Tensor> & { readonly bias?: Tensor }): number[] {
  const [out = 0, into = 0] = weight.shape;
  return tabulate(x.shape.with(-1, out), (...index) => {
    const o = index.at(-1)!;
    return sumOver(into, (i) => pick(x, ...index.with(-1, i)) * pick(weight, o, i)) + (bias ? pick(bias, o) : 0);
  });
}

describe('linear', () => {
  checkOp<'x' | 'weight'>({ build: ({ x, weight }) => linear(x, weight), reference }, [
    { ins: { x: [2, 3], weight: [4, 3] } },
    { ins: { x: [3], weight: [4, 3] } },
    { ins: { x: ['b', 'h*w', 3], weight: [2, 3] }, sizes: { b: 2, h: 2, w: 3 } },
    { ins: { x: ['b', 'h', 'w', 3], weight: [1, 3] }, sizes: { b: 2, h: 3, w: 2 } },
  ]);
  checkOp<'x' | 'weight' | 'bias'>({ build: ({ x, weight, bias }) => linear(x, weight, bias), reference }, [
    { ins: { x: [2, 3], weight: [4, 3], bias: [4] } },
    { ins: { x: ['b', 'n', 3], weight: [4, 3], bias: [4] }, sizes: { b: 1, n: 5 } },
  ]);

  test('refuses a weight for another width, one that is no matrix, and another bias', () => {
    const [x, weight] = [input('x', [2, 3]), input('w', [4, 3])];
    expectShapeError(() => linear(x, input('w', [3, 4])), 'linear', [3, 4]);
    expectShapeError(() => linear(x, input('w', [4, 3, 1])), 'linear', [4, 3, 1]);
    expectShapeError(() => linear(x, weight, input('b', [3])), 'linear', [3]);
    expectShapeError(() => linear(x, weight, input('b', [1, 4])), 'linear', [1, 4]);
  });
});
