import { expect, test } from 'vitest';
import { assembleGrid } from './grid.ts';
import { picture, type Picture } from './picture.ts';

function plain(value: number, width = 2, height = 1): Picture {
  const source = picture({ width, height, channels: 1 });
  source.data.fill(value);
  return source;
}

test.each([
  [1, 1, 1],
  [2, 2, 1],
  [3, 2, 2],
  [4, 2, 2],
  [6, 3, 2],
  [7, 3, 3],
])('%d pictures stand in %d columns and %d rows', (count, columns, rows) => {
  const grid = assembleGrid(Array.from({ length: count }, () => plain(5)));
  expect([grid.width / 2, grid.height]).toEqual([columns, rows]);
});

test('goes row by row, centres small pictures and leaves the rest white', () => {
  const { data } = assembleGrid([plain(1), plain(2), plain(3, 1)], { rows: 2 });
  expect(Array.from(data.filter((_, i) => i % 3 === 0))).toEqual([1, 1, 2, 2, 3, 255, 255, 255]);
});
