import { describe, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/check-op.ts';
import { pick, tabulate } from '../testing/vitest/nd.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { embedding } from './embedding.ts';

describe('embedding', () => {
  checkOp<'table' | 'ids'>(
    {
      build: ({ table, ids }) => embedding(table, ids),
      reference: ({ table, ids }) =>
        tabulate([...ids.shape, table.shape[1]!], (...index) =>
          pick(table, pick(ids, ...index.slice(0, -1)), index.at(-1)!),
        ),
      below: { ids: 5 },
    },
    [
      { ins: { table: [5, 3], ids: [4] } },
      { ins: { table: [5, 3], ids: [] } },
      { ins: { table: [5, 2], ids: ['b', 7] }, sizes: { b: 2 } },
    ],
  );

  test('refuses a table that is no matrix and ids that are no whole numbers', () => {
    const ids = input('ids', [4], 'i64');
    expectShapeError(() => embedding(input('t', [5]), ids), 'embedding', [5]);
    expectShapeError(() => embedding(input('t', [5, 3]), input('ids', [4])), 'embedding', ['f32']);
  });
});
