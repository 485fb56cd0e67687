import { FormatError } from '../../errors/index.ts';
import { byteReader, concat, fromLatin1, type ByteReader } from './byte-reader.ts';

interface RiffChunk {
  /** Four letters. */
  readonly type: string;
  readonly data: Uint8Array;
}

const HEADER_BYTES = 12;
/** Flags of the extended header. */
const HAS_ALPHA = 0x10;
const HAS_EXIF = 0x08;

function* riffChunks(reader: ByteReader): Generator<RiffChunk> {
  const end = Math.min(reader.length, 8 + reader.u32(4, true));
  let at = HEADER_BYTES;
  while (at + 8 <= end) {
    const size = reader.u32(at + 4, true);
    yield { type: reader.text(at, at + 4), data: reader.slice(at + 8, at + 8 + size) };
    at += 8 + size + (size % 2);
  }
}

/** EXIF data of a WebP file. Throws FormatError `truncated`. */
export function readWebpExif(bytes: Uint8Array, name: string): Uint8Array | undefined {
  for (const { type, data } of riffChunks(byteReader(bytes, name))) if (type === 'EXIF') return data;
  return undefined;
}

/** The file with its EXIF data replaced; a simple file becomes an extended one. Throws FormatError. */
export function writeWebpExif(bytes: Uint8Array, exif: Uint8Array, name: string): Uint8Array {
  const chunks = [...riffChunks(byteReader(bytes, name))].filter(({ type }) => type !== 'EXIF');
  const first = chunks[0];
  if (!first) throw new FormatError('truncated', name, 'holds no picture');
  const extended = first.type === 'VP8X' ? new Uint8Array(first.data) : extendedHeader(first, name);
  extended[0] = extended[0]! | HAS_EXIF;
  const rest = first.type === 'VP8X' ? chunks.slice(1) : chunks;
  const body = concat([{ type: 'VP8X', data: extended }, ...rest, { type: 'EXIF', data: exif }].map(encodeChunk));
  const header = fromLatin1('RIFF\0\0\0\0WEBP');
  new DataView(header.buffer).setUint32(4, body.length + 4, true);
  return concat([header, body]);
}

function encodeChunk({ type, data }: RiffChunk): Uint8Array {
  const out = new Uint8Array(8 + data.length + (data.length % 2));
  out.set(fromLatin1(type));
  new DataView(out.buffer).setUint32(4, data.length, true);
  out.set(data, 8);
  return out;
}

/** An extended header for a file of one frame: its size and whether it has opacity stand in the frame's own header. */
function extendedHeader({ type, data }: RiffChunk, name: string): Uint8Array {
  const reader = byteReader(data, name);
  const out = new Uint8Array(10);
  const view = new DataView(out.buffer);
  const size = (width: number, height: number): void => {
    view.setUint32(4, width - 1, true);
    view.setUint16(7, (height - 1) & 0xffff, true);
    out[9] = (height - 1) >> 16;
  };
  if (type === 'VP8 ') {
    size(reader.u16(6, true) & 0x3fff, reader.u16(8, true) & 0x3fff);
  } else if (type === 'VP8L') {
    const bits = reader.u32(1, true);
    size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    if ((bits >>> 28) & 1) out[0] = HAS_ALPHA;
  } else {
    throw new FormatError('bad-header', name, `begins with a "${type}" chunk`);
  }
  return out;
}
