import { FormatError } from '../../errors/index.ts';

/** Numbers and slices of bytes in memory, range-checked. */
export interface ByteReader {
  readonly bytes: Uint8Array;
  readonly length: number;
  u8(at: number): number;
  u16(at: number, littleEndian?: boolean): number;
  u32(at: number, littleEndian?: boolean): number;
  /** A view of [start, end). */
  slice(start: number, end: number): Uint8Array;
  /** Latin-1 text of [start, end). */
  text(start: number, end: number): string;
}

/** A reader over `bytes`; `name` stands in messages. Its members throw FormatError `truncated` outside the bytes. */
export function byteReader(bytes: Uint8Array, name: string): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const check = (start: number, end: number): number => {
    if (!(start >= 0 && end >= start && end <= bytes.length))
      throw new FormatError('truncated', name, `bytes ${start} to ${end} are outside its ${bytes.length} bytes`);
    return start;
  };
  const slice = (start: number, end: number): Uint8Array => bytes.subarray(check(start, end), end);
  return {
    bytes,
    length: bytes.length,
    u8: (at) => view.getUint8(check(at, at + 1)),
    u16: (at, littleEndian = false) => view.getUint16(check(at, at + 2), littleEndian),
    u32: (at, littleEndian = false) => view.getUint32(check(at, at + 4), littleEndian),
    slice,
    text: (start, end) => latin1(slice(start, end)),
  };
}

/** Text of Latin-1 bytes. */
export function latin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return parts.join('');
}

/** Several parts as one. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Latin-1 bytes of a text whose characters are all below U+0100. */
export function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
