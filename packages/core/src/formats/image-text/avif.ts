import { FormatError } from '../../errors/index.ts';
import { byteReader, concat, type ByteReader } from './byte-reader.ts';

/** A box of ISO base media (ISO/IEC 14496-12): its content is [start, end) of the file. */
interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Boxes in a box; the file itself has few. */
const BOX_LIMIT = 4096;
/** Items and extents of an item. */
const ITEM_LIMIT = 1024;

function* boxes(reader: ByteReader, from: number, to: number): Generator<Box> {
  let at = from;
  for (let count = 0; at + 8 <= to && count < BOX_LIMIT; count++) {
    const short = reader.u32(at);
    const long = short === 1;
    const size = short === 0 ? to - at : long ? reader.u32(at + 8) * 2 ** 32 + reader.u32(at + 12) : short;
    const head = long ? 16 : 8;
    if (size < head || at + size > to) return;
    yield { type: reader.text(at + 4, at + 8), start: at + head, end: at + size };
    at += size;
  }
}

function find(reader: ByteReader, { start, end }: Pick<Box, 'start' | 'end'>, type: string): Box | undefined {
  for (const box of boxes(reader, start, end)) if (box.type === type) return box;
  return undefined;
}

/** EXIF data of an AVIF file: the item of type `Exif`. Throws FormatError `truncated`. */
export function readAvifExif(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const reader = byteReader(bytes, name);
  const meta = find(reader, { start: 0, end: bytes.length }, 'meta');
  if (!meta) return undefined;
  const inside = { start: meta.start + 4, end: meta.end };
  const item = exifItem(reader, find(reader, inside, 'iinf'));
  const places = find(reader, inside, 'iloc');
  if (item === undefined || !places) return undefined;
  const data = itemData(reader, places, item, name);
  if (data === undefined || data.length < 4) return undefined;
  // The item begins with the distance from its fifth byte to the TIFF header.
  return data.subarray(4 + byteReader(data, name).u32(0));
}

/** Number of the item that is EXIF data. */
function exifItem(reader: ByteReader, list: Box | undefined): number | undefined {
  if (!list) return undefined;
  const first = list.start + (reader.u8(list.start) === 0 ? 6 : 8);
  for (const { type, start } of boxes(reader, first, list.end)) {
    const version = reader.u8(start);
    if (type !== 'infe' || version < 2) continue;
    const wide = version === 2 ? 2 : 4;
    const id = wide === 2 ? reader.u16(start + 4) : reader.u32(start + 4);
    if (reader.text(start + 6 + wide, start + 10 + wide) === 'Exif') return id;
  }
  return undefined;
}

/** The bytes of an item by the table of places (8.11.3). */
function itemData(reader: ByteReader, { start }: Box, item: number, name: string): Uint8Array | undefined {
  const version = reader.u8(start);
  const sizes = reader.u16(start + 4);
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexBytes = version === 0 ? 0 : sizes & 15;
  const idBytes = version < 2 ? 2 : 4;
  let at = start + 6;
  const number = (width: number): number => {
    if (![0, 2, 4, 8].includes(width)) throw new FormatError('bad-header', name, `has numbers of ${width} bytes`);
    let v = 0;
    for (let i = 0; i < width; i++) v = v * 256 + reader.u8(at++);
    return v;
  };
  const count = Math.min(number(idBytes), ITEM_LIMIT);
  for (let i = 0; i < count; i++) {
    const id = number(idBytes);
    if (version > 0) at += 2;
    at += 2;
    const base = number(baseBytes);
    const extents = Math.min(number(2), ITEM_LIMIT);
    const parts: Uint8Array[] = [];
    let total = 0;
    for (let k = 0; k < extents; k++) {
      number(indexBytes);
      const from = base + number(offsetBytes);
      const size = number(lengthBytes);
      if (id !== item) continue;
      total += size;
      if (total > reader.length) throw new FormatError('overlapping', name, 'has EXIF data longer than the file');
      parts.push(reader.slice(from, from + size));
    }
    if (id === item) return concat(parts);
  }
  return undefined;
}
