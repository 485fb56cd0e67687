import { FormatError } from '../../errors/index.ts';
import { concat } from './byte-reader.ts';
import { encodeExif } from './exif.ts';
import { imageType } from './image-type.ts';
import { writeJpegExif } from './jpeg.ts';
import { pngChunks } from './png-chunks.ts';
import { encodePngText } from './png-text.ts';
import { writeWebpExif } from './webp.ts';

export interface WriteImageText {
  /** The generation parameters. */
  readonly infotext: string;
  /** Other text fields, PNG only: keyword of 1…79 Latin-1 characters → text. */
  readonly fields?: ReadonlyMap<string, string>;
}

/**
 * A picture file with its texts, where A1111 puts them: in PNG a text chunk `parameters` after the header, in JPEG and
 * WebP the EXIF user comment, which replaces other EXIF data. `name` is for messages.
 * Throws FormatError: `unsupported` for other formats, `too-large` when a text does not fit into a JPEG.
 */
export function writeImageText(bytes: Uint8Array, { infotext, fields }: WriteImageText, name = 'picture'): Uint8Array {
  switch (imageType(bytes)) {
    case 'png': {
      const texts = [['parameters', infotext] as const, ...(fields ?? [])];
      const keys = new Set(texts.map(([key]) => key));
      return insertTexts(bytes, { texts, keys, name });
    }
    case 'jpeg':
      return writeJpegExif(bytes, encodeExif(infotext), name);
    case 'webp':
      return writeWebpExif(bytes, encodeExif(infotext), name);
    default:
      throw new FormatError('unsupported', name, 'is no picture that text can be written into', {
        hint: 'Save as PNG, JPEG or WebP.',
      });
  }
}

const TEXT_CHUNKS = new Set(['tEXt', 'zTXt', 'iTXt']);

/** Puts text chunks after the header and drops older ones of the same keywords. */
function insertTexts(
  bytes: Uint8Array,
  {
    texts,
    keys,
    name,
  }: {
    readonly texts: readonly (readonly [string, string])[];
    readonly keys: ReadonlySet<string>;
    readonly name: string;
  },
): Uint8Array {
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  for (const { type, data, at } of pngChunks(bytes, name)) {
    const end = at + 12 + data.length;
    if (TEXT_CHUNKS.has(type) && keys.has(keyOf(data))) continue;
    parts.push(bytes.subarray(at, end));
    if (type === 'IHDR') parts.push(...texts.map(([key, text]) => encodePngText(key, text)));
  }
  return concat(parts);
}

function keyOf(data: Uint8Array): string {
  const end = data.indexOf(0);
  return String.fromCharCode(...data.subarray(0, Math.min(80, end < 0 ? data.length : end)));
}
