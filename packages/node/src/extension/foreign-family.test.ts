import { expect, test } from 'vitest';
import type { ModelFile } from '@graft/core/formats';
import { foreignKind } from './foreign-family.ts';

const FAMILIES = [{ name: 'plain' }, { name: 'outer', parts: ['outer_rows', 'outer_columns'] }];

test.each([
  [['layer.outer_rows'], 'outer'],
  [['layer.weight', 'layer.outer_columns'], 'outer'],
  [['layer.my_outer_rows'], undefined],
  [['outer_rows'], undefined],
  [['layer.outer_rows.weight'], undefined],
  [[], undefined],
])('a file with %j is of the family %s', (names, family) => {
  const tensors: ModelFile['tensors'] = new Map(names.map((name) => [name, {} as never]));
  expect(foreignKind({ tensors }, FAMILIES)?.family).toBe(family);
});
