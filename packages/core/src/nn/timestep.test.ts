import { describe } from 'vitest';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, tabulate } from '../testing/vitest/nd.ts';
import { timestepEmbedding } from './timestep.ts';

describe('timestepEmbedding', () => {
  checkOp<'t', { readonly width: number }>(
    {
      build: ({ t }, { width }) => timestepEmbedding(t, width),
      reference: ({ t }, { width }) =>
        tabulate([t.shape[0]!, width], (row, i) => {
          const half = width / 2;
          const angle = pick(t, row) * 10000 ** (-(i % half) / half);
          return i < half ? Math.cos(angle) : Math.sin(angle);
        }),
      range: { t: [0, 999] },
      // Angles up to 1000 have an error of 3e-5 in float32.
      tolerance: { abs: 2e-4, rel: 0 },
    },
    [
      { ins: { t: [3] }, attrs: { width: 32 } },
      { ins: { t: ['b'] }, attrs: { width: 4 }, sizes: { b: 2 } },
    ],
  );
});
