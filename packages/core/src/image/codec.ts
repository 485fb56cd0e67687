import type { Picture } from './picture.ts';

/** Formats that can be written. */
export type ImageFormat = 'png' | 'jpeg' | 'webp';

/** Pixels of the largest picture that is read: 8192 × 8192. */
export const MAX_PIXELS: number = 1 << 26;

export interface EncodeOptions {
  /** 1…100 for the lossy formats; 80 by default. */
  readonly quality?: number;
  /** WebP only. */
  readonly lossless?: boolean;
}

/** Picture files in and out: a port, because the fast codecs belong to the platform. */
export interface ImageCodec {
  /**
   * Reads the first frame of a PNG, JPEG, WebP, GIF, AVIF or BMP as A1111 reads an initial picture: EXIF orientation
   * applied; a palette with a table of opacities becomes RGBA; a single transparent colour, in a palette too, and the opacity of
   * 8-bit grey are dropped; 16 bits are cut to 8; colour profiles and gamma are ignored.
   * Throws FormatError, `too-large` above MAX_PIXELS.
   */
  decode(bytes: Uint8Array, name?: string): Promise<Picture>;
  /** Writes a picture. Text is added with `writeImageText`. JPEG drops opacity. */
  encode(source: Picture, format: ImageFormat, options?: EncodeOptions): Promise<Uint8Array>;
}
