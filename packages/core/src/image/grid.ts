import { toRgb } from './convert.ts';
import { paste } from './crop.ts';
import { picture, type Picture } from './picture.ts';

export interface GridOptions {
  /** Rows; without, the square-ish rule. */
  readonly rows?: number;
  /** Grey level behind pictures that are smaller than the largest, 0…255. */
  readonly background?: number;
}

/**
 * Several pictures in one, row by row (A1111 `image_grid`): √n rows, rounded; each cell as large as the largest picture,
 * smaller ones centred. → RGB. `pictures` holds at least one.
 */
export function assembleGrid(pictures: readonly Picture[], options: GridOptions = {}): Picture {
  const rows = Math.min(options.rows ?? Math.round(Math.sqrt(pictures.length)), pictures.length);
  const columns = Math.ceil(pictures.length / rows);
  const width = Math.max(...pictures.map((one) => one.width));
  const height = Math.max(...pictures.map((one) => one.height));
  const empty = picture({ width: columns * width, height: rows * height, channels: 3 });
  empty.data.fill(options.background ?? 255);
  return pictures.reduce((grid, one, i) => {
    const x = (i % columns) * width + Math.floor((width - one.width) / 2);
    const y = Math.floor(i / columns) * height + Math.floor((height - one.height) / 2);
    return paste(grid, toRgb(one), { x, y });
  }, empty);
}
