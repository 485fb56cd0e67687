import { FormatError } from '../../errors/index.ts';
import { readAvifExif } from './avif.ts';
import { readExif, type Exif } from './exif.ts';
import { readGifComment } from './gif.ts';
import { imageType } from './image-type.ts';
import { readJpegText } from './jpeg.ts';
import { novelAiInfotext } from './novelai.ts';
import { pngChunks, readPngHeader } from './png-chunks.ts';
import { readPngText } from './png-text.ts';
import { decodeUtf8Loosely } from './user-comment.ts';
import { readWebpExif } from './webp.ts';

/** The texts in a picture file. */
export interface ImageText {
  /** The generation parameters; undefined where the file holds none. */
  readonly infotext: string | undefined;
  /** The other text fields of a PNG, in their order; of those with one name, the last. */
  readonly fields: ReadonlyMap<string, string>;
}

export interface ReadImageTextOptions {
  /** For messages. */
  readonly name?: string;
  /** The name of the sampler with an alias such as `k_euler_ancestral` (for NovelAI pictures). */
  readonly samplerName?: (alias: string) => string | undefined;
}

/** Bytes of text in the longest file that is read. */
const TEXT_LIMIT = 64 << 20;
const PARAMETERS = 'parameters';

/**
 * Reads the texts of a PNG, JPEG, WebP, GIF or AVIF with A1111's precedence: an EXIF comment wins over the PNG text
 * `parameters`; a comment block counts without EXIF; a NovelAI picture's own fields win over both.
 * Throws FormatError: `unsupported` for other files, and what the bytes deserve.
 */
export function readImageText(bytes: Uint8Array, options: ReadImageTextOptions = {}): ImageText {
  const name = options.name ?? 'picture';
  const none = new Map<string, string>();
  switch (imageType(bytes)) {
    case 'png':
      return readPng(bytes, name, options.samplerName ?? (() => undefined));
    case 'jpeg': {
      const { exif, comment } = readJpegText(bytes, name);
      return { infotext: exif ? readExif(exif).comment : commentText(comment), fields: none };
    }
    case 'webp':
      return { infotext: exifOf(readWebpExif(bytes, name))?.comment, fields: none };
    case 'gif':
      return { infotext: commentText(readGifComment(bytes, name)), fields: none };
    case 'avif':
      return { infotext: exifOf(readAvifExif(bytes, name))?.comment, fields: none };
    case 'bmp':
      return { infotext: undefined, fields: none };
    default:
      throw new FormatError('unsupported', name, 'is no picture that Graft reads', {
        hint: 'Graft reads PNG, JPEG, WebP, GIF, AVIF and BMP.',
      });
  }
}

/** How the stored picture is turned, 1…8 (EXIF); 1 for formats and files that do not say, and for damaged ones. */
export function readOrientation(bytes: Uint8Array, name: string): number {
  try {
    return exifOf(readExifData(bytes, name))?.orientation ?? 1;
  } catch (error) {
    if (error instanceof FormatError) return 1;
    throw error;
  }
}

function readExifData(bytes: Uint8Array, name: string): Uint8Array | undefined {
  switch (imageType(bytes)) {
    case 'png':
      return pngExif(bytes, name);
    case 'jpeg':
      return readJpegText(bytes, name).exif;
    case 'webp':
      return readWebpExif(bytes, name);
    default:
      return undefined;
  }
}

function exifOf(data: Uint8Array | undefined): Exif | undefined {
  return data && readExif(data);
}

function commentText(comment: Uint8Array | undefined): string | undefined {
  return comment && decodeUtf8Loosely(comment);
}

function pngExif(bytes: Uint8Array, name: string): Uint8Array | undefined {
  let exif: Uint8Array | undefined;
  for (const { type, data } of pngChunks(bytes, name)) if (type === 'eXIf') exif = data;
  return exif;
}

function readPng(bytes: Uint8Array, name: string, samplerName: (alias: string) => string | undefined): ImageText {
  const fields = new Map<string, string>();
  let exif: Uint8Array | undefined;
  let total = 0;
  for (const chunk of pngChunks(bytes, name)) {
    if (chunk.type === 'eXIf') exif = chunk.data;
    const text = readPngText(chunk, name);
    if (!text) continue;
    total += text[1].length;
    if (total > TEXT_LIMIT)
      throw new FormatError('too-large', name, `holds more than ${TEXT_LIMIT} characters of text`);
    fields.set(...text);
  }
  const parameters = fields.get(PARAMETERS);
  fields.delete(PARAMETERS);
  const own = exifOf(exif)?.comment ?? parameters;
  if (fields.get('Software') !== 'NovelAI') return { infotext: own, fields };
  const { width, height } = readPngHeader(bytes, name);
  return { infotext: novelAiInfotext({ fields, width, height, samplerName }) ?? own, fields };
}
