import { expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { fixed } from './fixed.ts';

test('fixed gives the number of an axis, from either end, and refuses symbols', () => {
  const x = input('x', ['b', 4, 7]);
  expect([fixed(x, 1), fixed(x, -1)]).toEqual([4, 7]);
  expectShapeError(() => fixed(x, 0), 'network', ['b', 4, 7]);
  expectShapeError(() => fixed(x, 3), 'network', ['b', 4, 7]);
});
