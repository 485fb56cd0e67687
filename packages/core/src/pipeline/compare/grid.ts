import { drawText, picture, textColumns, textSize, toRgb, wrapText, type Picture } from '../../image/index.ts';

/** Pictures in rows and columns, with what stands beside them. */
export interface Sheet {
  /** Above everything; '' for nothing. */
  readonly title?: string;
  /** One for each column and row; where all are empty, no room is left for them. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** Row by row; undefined where there is no picture. */
  readonly cells: readonly (readonly (Picture | undefined)[])[];
  /** Below each cell, row by row. */
  readonly captions?: readonly (readonly string[])[];
}

/** Grey level of cells without a picture. */
const EMPTY = 224;
/** Pixels of a cell for one pixel of a letter. */
const PER_LETTER_PIXEL = 200;

/**
 * Draws a sheet: dark letters on white, cells as large as the largest picture, smaller ones centred. Long labels are broken to the width of a
 * cell. → RGB. `cells` holds at least one picture.
 */
export function drawSheet({ title = '', columns, rows, cells, captions }: Sheet): Picture {
  const pictures = cells.flat().filter((one) => one !== undefined);
  const cell = {
    width: Math.max(...pictures.map(({ width }) => width)),
    height: Math.max(...pictures.map(({ height }) => height)),
  };
  const scale = Math.max(1, Math.round(cell.width / PER_LETTER_PIXEL));
  const gap = 4 * scale;
  const fit = (label: string, width: number = cell.width): string[] => wrapText(label, textColumns(width, scale));
  const above = columns.every((label) => label === '') ? undefined : columns.map((label) => fit(label));
  const beside = rows.every((label) => label === '') ? undefined : rows.map((label) => fit(label));
  const below = captions?.map((line) => line.map((label) => fit(label)));
  const tall = (lists: readonly (readonly string[])[] | undefined): number =>
    lists ? Math.max(...lists.map((lines) => textSize(lines, scale).height)) + gap : 0;

  const left = beside ? Math.max(...beside.map((lines) => textSize(lines, scale).width)) + 2 * gap : gap;
  const width = left + columns.length * (cell.width + gap);
  const heading = title === '' ? undefined : fit(title, width - 2 * gap);
  const head = gap + (heading ? tall([heading]) : 0);
  const top = head + tall(above);
  const pitch = Math.max(cell.height + gap + tall(below?.flat()), tall(beside));
  const sheet = picture({ width, height: top + rows.length * pitch, channels: 3 });
  sheet.data.fill(255);

  const write = (lines: readonly string[], x: number, y: number): void => put(sheet, drawText(lines, { scale }), x, y);
  if (heading) write(heading, middle(width, textSize(heading, scale).width), gap);
  for (const [i, lines] of (above ?? []).entries())
    write(lines, left + i * (cell.width + gap) + middle(cell.width, textSize(lines, scale).width), head);
  for (const [j, lines] of (beside ?? []).entries()) {
    const size = textSize(lines, scale);
    write(lines, middle(left, size.width), top + j * pitch + Math.max(0, middle(cell.height, size.height)));
  }
  for (const [j, line] of cells.entries()) {
    for (const [i, one] of line.entries()) {
      const [x, y] = [left + i * (cell.width + gap), top + j * pitch];
      if (one) put(sheet, toRgb(one), x + middle(cell.width, one.width), y + middle(cell.height, one.height));
      else put(sheet, plainPicture(cell, EMPTY), x, y);
      const lines = below?.[j]?.[i];
      if (lines) write(lines, x + middle(cell.width, textSize(lines, scale).width), y + cell.height + gap);
    }
  }
  return sheet;
}

function middle(room: number, size: number): number {
  return Math.floor((room - size) / 2);
}

function plainPicture(size: { readonly width: number; readonly height: number }, level: number): Picture {
  const one = picture({ ...size, channels: 3 });
  one.data.fill(level);
  return one;
}

/** Copies a picture into one that is being made. It lies inside. */
function put(sheet: Picture, one: Picture, x: number, y: number): void {
  for (let row = 0; row < one.height; row++) {
    const line = one.data.subarray(row * one.width * 3, (row + 1) * one.width * 3);
    sheet.data.set(line, ((y + row) * sheet.width + x) * 3);
  }
}
