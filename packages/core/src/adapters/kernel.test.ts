import { describe } from 'vitest';
import { checkOp, pick, sumOver, tabulate } from '../testing/vitest/index.ts';
import { kronecker, tucker } from './kernel.ts';

describe('tucker', () => {
  checkOp(
    {
      build: ({ left, core, right }) => tucker(left, core, right),
      reference: ({ left, core, right }) =>
        tabulate([left.shape[0]!, right.shape[1]!, core.shape[2]!, core.shape[3]!], (o, i, y, x) =>
          sumOver(left.shape[1]!, (a) =>
            sumOver(right.shape[0]!, (b) => pick(left, o, a) * pick(core, a, b, y, x) * pick(right, b, i)),
          ),
        ),
    },
    [
      { ins: { left: [4, 2], core: [2, 3, 3, 2], right: [3, 5] } },
      { ins: { left: [1, 1], core: [1, 1, 1, 1], right: [1, 1] } },
    ],
  );
});

describe('kronecker', () => {
  checkOp(
    {
      build: ({ a, b }) => kronecker(a, b),
      reference: ({ a, b }) => {
        const [p = 0, q = 0] = b.shape;
        return tabulate(
          [a.shape[0]! * p, a.shape[1]! * q],
          (i, j) => pick(a, Math.floor(i / p), Math.floor(j / q)) * pick(b, i % p, j % q),
        );
      },
    },
    [{ ins: { a: [2, 3], b: [4, 2] } }, { ins: { a: [1, 1], b: [2, 2] } }],
  );
});
