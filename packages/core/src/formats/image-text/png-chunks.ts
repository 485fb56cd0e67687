import { FormatError } from '../../errors/index.ts';
import { byteReader, concat, fromLatin1 } from './byte-reader.ts';

/** A chunk of a PNG file. */
export interface PngChunk {
  /** Four letters. */
  readonly type: string;
  readonly data: Uint8Array;
  /** Offset of the chunk in the file. */
  readonly at: number;
}

/** Chunks of the longest file that is read. */
const CHUNK_LIMIT = 1 << 20;
const SIGNATURE_BYTES = 8;

/**
 * The chunks of a PNG file in their order, up to and including IEND (or the end of the file). Check sums are not checked:
 * that is the decoder's. Throws FormatError `truncated`, `bad-header` without a header, `too-large`.
 */
export function* pngChunks(bytes: Uint8Array, name: string): Generator<PngChunk> {
  const reader = byteReader(bytes, name);
  let at = SIGNATURE_BYTES;
  for (let count = 0; at < reader.length; count++) {
    if (count === CHUNK_LIMIT) throw new FormatError('too-large', name, `has more than ${CHUNK_LIMIT} chunks`);
    const size = reader.u32(at);
    const type = reader.text(at + 4, at + 8);
    const data = reader.slice(at + 8, at + 8 + size);
    if (count === 0 && (type !== 'IHDR' || size !== 13))
      throw new FormatError('bad-header', name, 'does not begin with a PNG header');
    yield { type, data, at };
    if (type === 'IEND') return;
    at += 12 + size;
  }
}

/** What the header of a PNG says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with opacity, 6 RGBA. */
  readonly colorType: number;
}

/** The header of a PNG file. Throws FormatError. */
export function readPngHeader(bytes: Uint8Array, name: string): PngHeader {
  const first = pngChunks(bytes, name).next();
  if (first.done === true) throw new FormatError('truncated', name, 'ends after the PNG signature');
  const reader = byteReader(first.value.data, name);
  return { width: reader.u32(0), height: reader.u32(4), depth: reader.u8(8), colorType: reader.u8(9) };
}

/**
 * Whether a palette picture has opacities that A1111 minds. A table that makes one color invisible and all others opaque is read by
 * Pillow as one transparent color, which A1111 keeps as it is. Throws FormatError.
 */
export function hasPngOpacities(bytes: Uint8Array, name: string): boolean {
  let table: Uint8Array | undefined;
  for (const { type, data } of pngChunks(bytes, name)) if (type === 'tRNS') table = data;
  if (table === undefined) return false;
  const seen = table.filter((opacity) => opacity !== 255);
  return seen.length !== 1 || seen[0] !== 0;
}

/** A chunk with its length and check sum. `type` has four letters. */
export function encodePngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = concat([fromLatin1(type), data]);
  const out = new Uint8Array(body.length + 8);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(body, 4);
  view.setUint32(body.length + 4, crc32(body));
  return out;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 as PNG and zip use it. */
function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
