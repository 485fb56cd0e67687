import { resolve } from 'node:path';
import { picture, type Picture } from '@graft/core/image';
import { compareCells, parseAxis, type Cells } from '@graft/core/pipeline/compare';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../columns.ts';
import { differenceSheets, measureCells, pictureSheets, renderTable, type DrawnCell } from './report.ts';

const cells: Cells = compareCells({
  kind: 'txt2img',
  body: { override_settings: {} },
  axes: { x: parseAxis('seed: 1, 2', '--x'), z: parseAxis('steps: 1, 2', '--z') },
});

function drawn(levels: Readonly<Record<number, number>>): ReadonlyMap<number, DrawnCell> {
  const one = (level: number): Picture =>
    picture({ width: 8, height: 8, channels: 3 }, new Uint8Array(192).fill(level));
  return new Map(
    Object.entries(levels).map(([index, level]) => [
      Number(index),
      { path: `${index}.png`, picture: one(level), infotext: '' },
    ]),
  );
}

describe('measureCells', () => {
  test('measures against the reference of each cell', () => {
    const measures = measureCells(cells, drawn({ 0: 10, 1: 30, 2: 100, 3: 105 }));
    const none = { mean: null, max: null, changed: null };
    expect(measures).toEqual([
      { index: 0, labels: ['seed: 1', 'steps: 1'], path: resolve('0.png'), reference: 0, ...none },
      {
        index: 1,
        labels: ['seed: 2', 'steps: 1'],
        path: resolve('1.png'),
        reference: 0,
        mean: 20,
        max: 20,
        changed: 1,
      },
      { index: 2, labels: ['seed: 1', 'steps: 2'], path: resolve('2.png'), reference: 2, ...none },
      { index: 3, labels: ['seed: 2', 'steps: 2'], path: resolve('3.png'), reference: 2, mean: 5, max: 5, changed: 0 },
    ]);
  });

  test('knows nothing of cells that were not drawn', () => {
    const measures = measureCells(cells, drawn({ 1: 30 }));
    expect(measures.map(({ path, mean }) => [path, mean])).toEqual([
      [null, null],
      [resolve('1.png'), null],
      [null, null],
      [null, null],
    ]);
  });
});

test('the table has a line for each cell, under a head', () => {
  const lines = renderTable(measureCells(cells, drawn({ 0: 10, 1: 30, 3: 1 })))
    .trimEnd()
    .split('\n')
    .slice(1);
  expect(lines).toHaveLength(5);
  expect(lines[1]).toMatch(/^ *1 +seed: 1 \| steps: 1 +reference$/);
  expect(lines[2]).toMatch(/^ *2 +seed: 2 \| steps: 1 +20\.00 +20 +100\.0 %$/);
  expect(lines[3]).toMatch(/not drawn$/);
  expect(lines[4]).toMatch(/nothing to compare with$/);
});

test('wide labels leave its columns straight', () => {
  const told = measureCells(cells, drawn({ 0: 10, 1: 30, 2: 1, 3: 1 }));
  const lines = renderTable(told.map((one, i) => ({ ...one, labels: [i === 1 ? '猫' : 'cat'] }))).split('\n');
  const before = [lines[3]!.split('20.00')[0]!, lines[5]!.split('0.00')[0]!];
  expect(columnsOf(before[0]!)).toBe(columnsOf(before[1]!) - 1);
});

describe('sheets', () => {
  test('there is one for each page with pictures', () => {
    const pages = (levels: Record<number, number>): number[] =>
      [...pictureSheets(cells, drawn(levels))].map(({ page }) => page);
    expect(pages({ 0: 1, 1: 2, 2: 3, 3: 4 })).toEqual([0, 1]);
    expect(pages({ 3: 4 })).toEqual([1]);
    expect(pages({})).toEqual([]);
  });

  test('differences are in one scale on all pages', () => {
    const all = drawn({ 0: 10, 1: 90, 2: 100, 3: 140 });
    const sheets = [...differenceSheets(cells, all, measureCells(cells, all))];
    const has = (color: readonly number[]): boolean[] =>
      sheets.map(({ picture: { data } }) => {
        for (let i = 0; i < data.length; i += 3) if (color.every((v, k) => data[i + k] === v)) return true;
        return false;
      });
    // The largest difference is hottest; half of it is the colour in the middle.
    expect(has([255, 255, 220])).toEqual([true, false]);
    expect(has([200, 30, 40])).toEqual([false, true]);
    expect(has([10, 10, 10])).toEqual([true, false]);
  });
});
