import { ShapeError } from '../errors/index.ts';

/** Samples of a pixel: grey, red-green-blue, or those and opacity (not premultiplied). */
export type Channels = 1 | 3 | 4;

/** An 8-bit picture: rows top down, samples interleaved. Never changed once handed out. */
export interface Picture {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly channels: Channels;
  /** width · height · channels samples, 0…255. */
  readonly data: Uint8Array;
}

/** A rectangle of pixels: left, top, right, bottom; right and bottom are outside. */
export type Region = readonly [x1: number, y1: number, x2: number, y2: number];

/** A picture of `data`, or of zeros. Throws ShapeError when the sizes do not fit. */
export function picture(
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: Channels },
  data?: Uint8Array,
): Picture {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new ShapeError('picture', 'a width and a height of at least 1', [width, height]);
  const samples = width * height * channels;
  if (data !== undefined && data.length !== samples)
    throw new ShapeError('picture', `${width}×${height}×${channels} samples`, [data.length]);
  return { width, height, channels, data: data ?? new Uint8Array(samples) };
}

/** The picture with each sample replaced by `table[sample]`. `table` has 256 entries. */
export function mapSamples(source: Picture, table: Uint8Array): Picture {
  const out = new Uint8Array(source.data.length);
  for (let i = 0; i < out.length; i++) out[i] = table[source.data[i]!]!;
  return { ...source, data: out };
}

const INVERSE = Uint8Array.from({ length: 256 }, (_, i) => 255 - i);

/** Every sample becomes 255 − sample. */
export function invert(source: Picture): Picture {
  return mapSamples(source, INVERSE);
}
