import { FormatError } from '../../errors/index.ts';
import { byteReader, concat, fromLatin1 } from './byte-reader.ts';
import { hasText } from './image-type.ts';

/** A segment of a JPEG file before its first scan. */
export interface JpegSegment {
  /** Second byte of its marker: 0xe0 = APP0 … */
  readonly marker: number;
  readonly data: Uint8Array;
  /** Offset of the marker, and of what follows the segment. */
  readonly at: number;
  readonly end: number;
}

const APP1 = 0xe1;
const COMMENT = 0xfe;
const SCAN = 0xda;
const END = 0xd9;
/** Bytes that a segment can hold besides its length. */
const SEGMENT_LIMIT = 0xffff - 2;
const EXIF_PREFIX = 'Exif\0\0';

/** The segments up to the first scan. Throws FormatError `truncated`, `bad-header`. */
export function* jpegSegments(bytes: Uint8Array, name: string): Generator<JpegSegment> {
  const reader = byteReader(bytes, name);
  let at = 2;
  while (at < reader.length) {
    if (reader.u8(at) !== 0xff) throw new FormatError('bad-header', name, `has no marker at byte ${at}`);
    const marker = reader.u8(at + 1);
    // Fill bytes may stand before a marker.
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === SCAN || marker === END) return;
    const size = reader.u16(at + 2);
    if (size < 2) throw new FormatError('bad-header', name, `has a segment of ${size} bytes`);
    const end = at + 2 + size;
    yield { marker, data: reader.slice(at + 4, end), at, end };
    at = end;
  }
}

/** EXIF data and comment of a JPEG. */
export function readJpegText(
  bytes: Uint8Array,
  name: string,
): { readonly exif: Uint8Array | undefined; readonly comment: Uint8Array | undefined } {
  let exif: Uint8Array | undefined;
  let comment: Uint8Array | undefined;
  for (const { marker, data } of jpegSegments(bytes, name)) {
    if (marker === APP1 && isExif(data)) exif ??= data;
    else if (marker === COMMENT) comment = data;
  }
  return { exif, comment };
}

function isExif(data: Uint8Array): boolean {
  return hasText(data, 0, 'Exif\0');
}

/** The file with its EXIF data replaced. Throws FormatError `too-large` when they do not fit into a segment. */
export function writeJpegExif(bytes: Uint8Array, exif: Uint8Array, name: string): Uint8Array {
  const body = concat([fromLatin1(EXIF_PREFIX), exif]);
  if (body.length > SEGMENT_LIMIT) {
    throw new FormatError('too-large', name, `has no room for ${body.length} bytes of EXIF data`, {
      hint: 'Save as PNG or WebP: a text in a JPEG file can have about 32,700 characters.',
    });
  }
  const size = body.length + 2;
  const segment = concat([Uint8Array.of(0xff, APP1, size >> 8, size & 0xff), body]);
  const parts: Uint8Array[] = [bytes.subarray(0, 2)];
  let rest = 2;
  let placed = false;
  for (const { marker, data, at, end } of jpegSegments(bytes, name)) {
    // After the JFIF segment, which must come first.
    if (!placed && marker !== 0xe0) {
      parts.push(segment);
      placed = true;
    }
    if (!(marker === APP1 && isExif(data))) parts.push(bytes.subarray(at, end));
    rest = end;
  }
  if (!placed) parts.push(segment);
  return concat([...parts, bytes.subarray(rest)]);
}
