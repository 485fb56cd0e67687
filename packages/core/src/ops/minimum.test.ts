import { describe } from 'vitest';
import { checkOp, pick, tabulate } from '../testing/vitest/index.ts';
import { minimum } from './minimum.ts';

describe('minimum', () => {
  checkOp(
    {
      build: ({ a, b }) => minimum(a, b),
      reference: ({ a, b }) => tabulate([2, 3], (...at) => Math.min(pick(a, ...at), pick(b, ...at))),
    },
    [{ ins: { a: [2, 3], b: [2, 3] } }, { ins: { a: [2, 1], b: [3] } }],
  );
});
