import { expect, test } from 'vitest';
import { COMPARE_OPTIONS } from './options.ts';

test('no option is there twice, and none for several pictures in a cell', () => {
  const options = COMPARE_OPTIONS.flatMap(({ options: own }) => own);
  const names = options.flatMap(({ name, short, aliases = [] }) => [name, ...aliases, ...(short ? [`-${short}`] : [])]);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(['with', 'x', 'y', 'z', 'diff', 'seed', 'model', 'output']));
  for (const name of ['batch', 'count', 'grid']) expect(names).not.toContain(name);
});
