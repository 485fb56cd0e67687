import { resolve } from 'node:path';
import { printable } from '@graft/core/formats';
import type { Picture } from '@graft/core/image';
import { drawSheet, heatPicture, measureDifference, type Cells } from '@graft/core/pipeline/compare';
import { columnsOf, padColumns } from '../columns.ts';

/** A cell that was drawn. */
export interface DrawnCell {
  readonly path: string;
  readonly picture: Picture;
  readonly infotext: string;
}

type Drawn = ReadonlyMap<number, DrawnCell>;

/** How far a cell is from its reference: numbers are null for a reference itself, and where there is nothing to compare. */
export interface Measure {
  /** Place among all cells. */
  readonly index: number;
  readonly labels: readonly string[];
  /** Absolute; null for a cell that was not drawn. */
  readonly path: string | null;
  readonly reference: number;
  /** Mean and largest difference in grey levels 0…255, and the share of pixels that visibly changed, 0…1. */
  readonly mean: number | null;
  readonly max: number | null;
  readonly changed: number | null;
}

/** Measures every cell against its reference. */
export function measureCells({ cells }: Cells, drawn: Drawn): Measure[] {
  return cells.map(({ labels, reference }, index) => {
    const [own, other] = [drawn.get(index), drawn.get(reference)];
    const difference =
      index === reference || !own || !other ? undefined : measureDifference(other.picture, own.picture);
    const { mean = null, max = null, changed = null } = difference ?? {};
    return { index, labels, path: own ? resolve(own.path) : null, reference, mean, max, changed };
  });
}

/** A table for people, one line for each cell. */
export function renderTable(measures: readonly Measure[]): string {
  const rows = measures.map(({ index, labels, path, reference, mean, max, changed }) => {
    const label = printable(labels.join(' | ')) || 'picture';
    if (mean === null || max === null || changed === null) {
      const why = path === null ? 'not drawn' : index === reference ? 'reference' : 'nothing to compare with';
      return [String(index + 1), label, why];
    }
    return [String(index + 1), label, mean.toFixed(2), String(max), `${(100 * changed).toFixed(1)} %`];
  });
  const head = ['cell', '', 'mean', 'largest', 'changed'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.filter((row) => row.length === head.length).map((row) => columnsOf(row[column]!))),
  );
  widths[1] = Math.max(...rows.map((row) => columnsOf(row[1]!)));
  return [
    '',
    ...[head, ...rows].map((row) =>
      row
        .map((text, i) => pad(text, widths[i]!, i))
        .join('  ')
        .trimEnd(),
    ),
    '',
  ].join('\n');
}

/** Numbers stand at the right. */
function pad(text: string, width: number, column: number): string {
  return padColumns(text, width, column === 1 || /^[a-z]/.test(text) ? 'end' : 'start');
}

/** The grids of the pictures, page by page; pages of which nothing was drawn are left out. */
export function* pictureSheets(cells: Cells, drawn: Drawn): Generator<Page> {
  const { columns, rows } = cells;
  for (const { page, title, places } of pagesOf(cells, drawn))
    yield {
      page,
      picture: drawSheet({ title, columns, rows, cells: map(places, (index) => drawn.get(index)?.picture) }),
    };
}

/** The same of where the pictures differ from their references, all in one scale; a reference stands there itself. */
export function* differenceSheets(cells: Cells, drawn: Drawn, measures: readonly Measure[]): Generator<Page> {
  const { columns, rows } = cells;
  const full = Math.max(1, ...measures.map(({ max }) => max ?? 0));
  for (const { page, title, places } of pagesOf(cells, drawn)) {
    const scale = `white is ${full} of 255 levels`;
    yield {
      page,
      picture: drawSheet({
        title: title === '' ? scale : `${title}, ${scale}`,
        columns,
        rows,
        cells: map(places, (index) => heatOf(measures[index]!, drawn, full)),
        captions: map(places, (index) => captionOf(measures[index]!)),
      }),
    };
  }
}

/** One grid. */
interface Page {
  readonly page: number;
  readonly picture: Picture;
}

/** The places of the cells, row by row, of the pages on which there is a picture. */
function pagesOf({ columns, rows, pages }: Cells, drawn: Drawn): { page: number; title: string; places: number[][] }[] {
  return pages
    .map((title, page) => ({
      page,
      title,
      places: rows.map((_, y) => columns.map((__, x) => x + columns.length * (y + rows.length * page))),
    }))
    .filter(({ places }) => places.flat().some((index) => drawn.has(index)));
}

function map<T>(places: readonly (readonly number[])[], value: (index: number) => T): T[][] {
  return places.map((row) => row.map((index) => value(index)));
}

function heatOf({ index, reference }: Measure, drawn: Drawn, full: number): Picture | undefined {
  const [own, other] = [drawn.get(index)?.picture, drawn.get(reference)?.picture];
  return index === reference || !own || !other ? own : heatPicture(other, own, full);
}

function captionOf({ mean, changed }: Measure): string {
  return mean === null || changed === null ? '' : `mean ${mean.toFixed(1)}, ${(100 * changed).toFixed(0)}%`;
}
