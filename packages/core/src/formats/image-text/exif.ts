import { FormatError } from '../../errors/index.ts';
import { byteReader, concat, fromLatin1, type ByteReader } from './byte-reader.ts';
import { decodeUserComment, encodeUserComment } from './user-comment.ts';

/** What Graft reads from EXIF data. */
export interface Exif {
  /** How the stored picture is turned: 1…8, 1 if nothing is said. */
  readonly orientation: number;
  /** The user comment; undefined where there is none, empty or unreadable. */
  readonly comment: string | undefined;
}

const ORIENTATION = 0x0112;
const EXIF_POINTER = 0x8769;
const USER_COMMENT = 0x9286;
const ENTRY_BYTES = 12;
/** Bytes of a value by its TIFF type. */
const TYPE_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [2, 1],
  [3, 2],
  [4, 4],
  [7, 1],
]);

/**
 * Reads EXIF data (TIFF 6.0 inside, with or without `Exif\0\0` before it). Damaged data read as no data: the picture is
 * not worth less for it.
 */
export function readExif(bytes: Uint8Array): Exif {
  const nothing: Exif = { orientation: 1, comment: undefined };
  const prefixed = byteReader(bytes, 'EXIF');
  try {
    const start = prefixed.text(0, 4) === 'Exif' ? 6 : 0;
    return readTiff(byteReader(prefixed.slice(start, bytes.length), 'EXIF'));
  } catch (error) {
    if (error instanceof FormatError) return nothing;
    throw error;
  }
}

function readTiff(reader: ByteReader): Exif {
  const order = reader.text(0, 2);
  if (order !== 'II' && order !== 'MM') throw new FormatError('bad-header', 'EXIF', 'names no byte order');
  const little = order === 'II';
  const root = readDirectory(reader, reader.u32(4, little), little);
  const turn = root.get(ORIENTATION);
  const pointer = root.get(EXIF_POINTER);
  const sub = pointer === undefined ? undefined : tryDirectory(reader, pointer, little);
  const comment = sub?.get(USER_COMMENT);
  return {
    orientation: turn === undefined ? 1 : small(turn, little),
    comment: comment === undefined ? undefined : decodeUserComment(comment.data) || undefined,
  };
}

interface Entry {
  readonly type: number;
  readonly data: Uint8Array;
}

/** The entries of a directory by tag, the first of each; those whose values lie outside are left out. */
function readDirectory(reader: ByteReader, at: number, little: boolean): ReadonlyMap<number, Entry> {
  const entries = new Map<number, Entry>();
  const count = reader.u16(at, little);
  for (let i = 0; i < count; i++) {
    const entry = at + 2 + i * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > reader.length) break;
    const tag = reader.u16(entry, little);
    const type = reader.u16(entry + 2, little);
    const size = (TYPE_BYTES.get(type) ?? 0) * reader.u32(entry + 4, little);
    const from = size <= 4 ? entry + 8 : reader.u32(entry + 8, little);
    if (size === 0 || from + size > reader.length || entries.has(tag)) continue;
    entries.set(tag, { type, data: reader.slice(from, from + size) });
  }
  return entries;
}

function tryDirectory(reader: ByteReader, pointer: Entry, little: boolean): ReadonlyMap<number, Entry> | undefined {
  const at = small(pointer, little);
  return at + 2 > reader.length ? undefined : readDirectory(reader, at, little);
}

/** The number in a BYTE, SHORT or LONG. */
function small({ type, data }: Entry, little: boolean): number {
  const reader = byteReader(data, 'EXIF');
  return type === 3 ? reader.u16(0, little) : type === 4 ? reader.u32(0, little) : reader.u8(0);
}

/** EXIF data (TIFF, big endian, no prefix) that hold one user comment. */
export function encodeExif(comment: string): Uint8Array {
  const value = encodeUserComment(comment);
  // Header 8, root directory 2 + 12 + 4, sub-directory the same, then the comment.
  const sub = 26;
  const data = 44;
  const out = new Uint8Array(data);
  const view = new DataView(out.buffer);
  out.set(fromLatin1('MM\0*'));
  view.setUint32(4, 8);
  const directory = (at: number, tag: number, type: number, count: number, pointer: number): void => {
    view.setUint16(at, 1);
    view.setUint16(at + 2, tag);
    view.setUint16(at + 4, type);
    view.setUint32(at + 6, count);
    view.setUint32(at + 10, pointer);
  };
  directory(8, EXIF_POINTER, 4, 1, sub);
  directory(sub, USER_COMMENT, 7, value.length, data);
  return concat([out, value]);
}
