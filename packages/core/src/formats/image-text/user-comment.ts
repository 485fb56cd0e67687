import { decodeUtf8 } from '../../bytes/index.ts';
import { concat, fromLatin1, latin1 } from './byte-reader.ts';

const PREFIX_BYTES = 8;
const UNICODE = 'UNICODE\0';
const ASCII = 'ASCII\0\0\0';
const JIS = 'JIS\0\0\0\0\0';

/**
 * Text of an EXIF user comment: eight bytes that name the encoding, then the text. UNICODE is read as big-endian UTF-16,
 * whatever wrote it, because A1111 (piexif) does; what does not decode, or names no encoding, is read as UTF-8 whole.
 */
export function decodeUserComment(bytes: Uint8Array): string {
  const body = bytes.subarray(PREFIX_BYTES);
  const prefix = bytes.length < PREFIX_BYTES ? '' : latin1(bytes.subarray(0, PREFIX_BYTES));
  const text =
    prefix === UNICODE ? utf16(body) : prefix === ASCII ? ascii(body) : prefix === JIS ? shiftJis(body) : undefined;
  return text ?? decodeUtf8Loosely(bytes);
}

/** UTF-8 with everything left out that is not. */
export function decodeUtf8Loosely(bytes: Uint8Array): string {
  return decodeUtf8(bytes).replaceAll('\ufffd', '');
}

/** Undefined for half a character. */
function utf16(bytes: Uint8Array): string | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  const units = new Uint16Array(bytes.length / 2);
  let pending = false;
  for (let i = 0; i < units.length; i++) {
    const unit = bytes[2 * i]! * 256 + bytes[2 * i + 1]!;
    const low = (unit & 0xfc00) === 0xdc00;
    if (low !== pending) return undefined;
    pending = (unit & 0xfc00) === 0xd800;
    units[i] = unit;
  }
  if (pending) return undefined;
  const parts: string[] = [];
  for (let at = 0; at < units.length; at += 8192) parts.push(String.fromCharCode(...units.subarray(at, at + 8192)));
  return parts.join('');
}

function ascii(bytes: Uint8Array): string | undefined {
  return bytes.every((byte) => byte < 0x80) ? latin1(bytes) : undefined;
}

/** The one-byte part of Shift-JIS: ASCII and half-width katakana. Two-byte characters would need a table of 7,000 that no known writer of infotext uses. */
function shiftJis(bytes: Uint8Array): string | undefined {
  if (!bytes.every((byte) => byte < 0x80 || (byte > 0xa0 && byte < 0xe0))) return undefined;
  return Array.from(latin1(bytes), (char) =>
    char < '\x80' ? char : String.fromCharCode(char.charCodeAt(0) + 0xfec0),
  ).join('');
}

/** A user comment in big-endian UTF-16, as A1111 writes it. */
export function encodeUserComment(text: string): Uint8Array {
  const body = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    body[2 * i] = unit >> 8;
    body[2 * i + 1] = unit & 0xff;
  }
  return concat([fromLatin1(UNICODE), body]);
}
