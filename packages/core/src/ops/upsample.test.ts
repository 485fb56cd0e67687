import { describe, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { upsample } from './upsample.ts';

describe('upsample', () => {
  checkOp<'x'>(
    {
      build: ({ x }) => upsample(x),
      reference: ({ x }) => {
        const [b = 0, c = 0, h = 0, w = 0] = x.shape;
        return tabulate([b, c, 2 * h, 2 * w], (row, channel, y, z) => pick(x, row, channel, y >> 1, z >> 1));
      },
    },
    [{ ins: { x: [1, 2, 3, 4] } }, { ins: { x: ['b', 2, 'ceil(h/2)', '2*w'] }, sizes: { b: 2, h: 5, w: 1 } }],
  );

  test('refuses what is no picture', () => {
    expectShapeError(() => upsample(input('x', [2, 3, 4])), 'upsample', [2, 3, 4]);
  });
});
