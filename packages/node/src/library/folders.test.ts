import { expect, test } from 'vitest';
import { foldersOf, naturalOrder } from './folders.ts';

test('names are ordered as people count', () => {
  expect(['b', 'a10', 'A2', 'a2b', '10', '9', 'a02'].toSorted(naturalOrder)).toEqual([
    '9',
    '10',
    'A2',
    'a02',
    'a2b',
    'a10',
    'b',
  ]);
});

test('a models folder is as good as the webui’s own', () => {
  const paths = foldersOf().map(({ path }) => path);
  expect(paths).toContain('models/Lora');
  expect(paths).toContain('Lora');
});
