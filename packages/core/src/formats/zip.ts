import { decodeUtf8, encodeUtf8, type ByteSource } from '../bytes/index.ts';
import { FormatError } from '../errors/index.ts';
import { inflateSource } from './inflate.ts';
import { quoted } from './printable.ts';

// ZIP, PKWARE APPNOTE 6.3.10: members, then the central directory, then (for ZIP64) an end record and its locator, then
// the end record. Only the directory is believed; a local header must agree where it is needed. There is no CRC check:
// torch can be told to write none.

/** Largest central directory; a member takes about a hundred bytes there. */
export const ZIP_DIRECTORY_LIMIT: number = 16 * 2 ** 20;
/** Most that deflate can shrink anything (RFC 1951: 258 bytes by two bits). */
const DEFLATE_RATIO = 1032;
/** End records are searched in the last 64 KiB + 22 bytes: the longest comment and the record. */
const END_BYTES = 22;
const END_WINDOW = 0xffff + END_BYTES;
const END64_BYTES = 56;
const LOCATOR_BYTES = 20;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
/** Encrypted, patched data, strongly encrypted. */
const UNREADABLE_FLAGS = 0x1 | 0x20 | 0x40;

/** A member, as the central directory has it. */
export interface ZipMember {
  readonly name: string;
  /** 0 stored, 8 deflated; others are not read. */
  readonly method: number;
  readonly flags: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes of the member. */
  readonly size: number;
  /** Where its local header begins. */
  readonly header: number;
  /** The first byte that cannot be its: the next local header, or the directory. */
  readonly bound: number;
}

/** A member whose bytes have been found. */
export interface ZipData {
  readonly member: ZipMember;
  /** Where its packed bytes begin. */
  readonly start: number;
}

/**
 * The members of a zip archive, in directory order. Reads the directory only.
 * Throws FormatError: `truncated` without an end record, `bad-header` for records that contradict each other or a name
 * twice, `out-of-range` for sizes beyond the file, `overlapping` for members in each other, `too-large` for a directory
 * over the limit, `unsupported` for archives in several volumes.
 */
export async function openZip(source: ByteSource): Promise<readonly ZipMember[]> {
  const { at, size, count, end } = await findDirectory(source);
  if (at + size !== end)
    throw new FormatError('bad-header', source.name, 'its zip directory does not stand where the end record says');
  if (size > ZIP_DIRECTORY_LIMIT)
    throw new FormatError('too-large', source.name, `has a zip directory of ${size} bytes`);
  const bytes = await source.read(at, end);
  const view = viewOf(bytes);
  const members: Omit<ZipMember, 'bound'>[] = [];
  const names = new Set<string>();
  for (let i = 0; i < size;) {
    if (i + ENTRY_BYTES > size || view.getUint32(i, true) !== 0x02014b50)
      throw new FormatError('bad-header', source.name, `entry ${members.length} of its zip directory is broken`);
    const nameEnd = i + ENTRY_BYTES + view.getUint16(i + 28, true);
    const extraEnd = nameEnd + view.getUint16(i + 30, true);
    const next = extraEnd + view.getUint16(i + 32, true);
    if (next > size)
      throw new FormatError('bad-header', source.name, `entry ${members.length} of its zip directory overruns it`);
    const name = decodeUtf8(bytes.subarray(i + ENTRY_BYTES, nameEnd));
    if (names.has(name))
      throw new FormatError('bad-header', source.name, `its zip directory names ${quoted(name)} twice`);
    names.add(name);
    members.push(readEntry(source.name, name, view, i, nameEnd, extraEnd));
    i = next;
  }
  if (members.length !== count)
    throw new FormatError(
      'bad-header',
      source.name,
      `its zip directory has ${members.length} entries instead of ${count}`,
    );
  return withBounds(source.name, members, at);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

interface Directory {
  readonly at: number;
  readonly size: number;
  readonly count: number;
  /** Where the directory must end: at the first end record. */
  readonly end: number;
}

async function findDirectory(source: ByteSource): Promise<Directory> {
  const bad = (message: string): never => {
    throw new FormatError('bad-header', source.name, message);
  };
  const from = Math.max(0, source.size - END_WINDOW);
  const tail = await source.read(from, source.size);
  const view = viewOf(tail);
  let i = tail.length - END_BYTES;
  while (
    i >= 0 &&
    !(view.getUint32(i, true) === 0x06054b50 && view.getUint16(i + 20, true) === tail.length - END_BYTES - i)
  )
    i--;
  if (i < 0)
    throw new FormatError('truncated', source.name, 'is a zip archive without its end', {
      hint: 'The download probably stopped early: fetch the file again.',
    });
  const end = from + i;
  const [disk, firstDisk, here] = [
    view.getUint16(i + 4, true),
    view.getUint16(i + 6, true),
    view.getUint16(i + 8, true),
  ];
  const [count, size, at] = [view.getUint16(i + 10, true), view.getUint32(i + 12, true), view.getUint32(i + 16, true)];
  const located = i >= LOCATOR_BYTES && view.getUint32(i - LOCATOR_BYTES, true) === 0x07064b50;
  if (!located) {
    if (disk !== 0 || firstDisk !== 0 || here !== count)
      throw new FormatError('unsupported', source.name, 'is one volume of several of a zip archive');
    return { at, size, count, end };
  }
  const recordAt = safe(source, view, i - LOCATOR_BYTES + 8);
  if (recordAt + END64_BYTES > end - LOCATOR_BYTES) bad('its ZIP64 end record does not stand where it should');
  const record = viewOf(await source.read(recordAt, recordAt + END64_BYTES));
  if (record.getUint32(0, true) !== 0x06064b50) bad('has no ZIP64 end record where its locator says');
  if (recordAt + 12 + safe(source, record, 4) !== end - LOCATOR_BYTES)
    bad('its ZIP64 end record has another size than it says');
  if (
    record.getUint32(16, true) !== 0 ||
    record.getUint32(20, true) !== 0 ||
    safe(source, record, 24) !== safe(source, record, 32)
  )
    throw new FormatError('unsupported', source.name, 'is one volume of several of a zip archive');
  return {
    at: safe(source, record, 48),
    size: safe(source, record, 40),
    count: safe(source, record, 32),
    end: recordAt,
  };
}

/** A 64-bit field as a number. */
function safe(source: { readonly name: string }, view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new FormatError('out-of-range', source.name, `a 64-bit field of its zip records says ${value}`);
  return Number(value);
}

function readEntry(
  file: string,
  name: string,
  view: DataView,
  at: number,
  extraAt: number,
  extraEnd: number,
): Omit<ZipMember, 'bound'> {
  let packed = view.getUint32(at + 20, true);
  let size = view.getUint32(at + 24, true);
  let header = view.getUint32(at + 42, true);
  const wide = wideFields(file, name, view, extraAt, extraEnd);
  const widen = (value: number): number => {
    if (value !== 0xffffffff) return value;
    const field = wide.shift();
    if (field === undefined) throw new FormatError('bad-header', file, `member ${quoted(name)} lacks its ZIP64 sizes`);
    if (field > BigInt(Number.MAX_SAFE_INTEGER))
      throw new FormatError('out-of-range', file, `member ${quoted(name)} has a ZIP64 size of ${field}`);
    return Number(field);
  };
  // The order of the fields in the extra: size, packed size, offset; only those that the entry left open.
  size = widen(size);
  packed = widen(packed);
  header = widen(header);
  const method = view.getUint16(at + 10, true);
  if (method === 0 ? size !== packed : method === 8 && size > packed * DEFLATE_RATIO)
    throw new FormatError('bad-header', file, `member ${quoted(name)} cannot hold ${size} bytes in ${packed}`);
  return { name, method, flags: view.getUint16(at + 8, true), packed, size, header };
}

/** The 64-bit fields of the ZIP64 extra (id 1), in order. */
function wideFields(file: string, name: string, view: DataView, from: number, end: number): bigint[] {
  const fields: bigint[] = [];
  for (let i = from; i < end;) {
    const length = i + 4 <= end ? view.getUint16(i + 2, true) : Infinity;
    if (i + 4 + length > end)
      throw new FormatError('bad-header', file, `member ${quoted(name)} has a broken extra field`);
    if (view.getUint16(i, true) === 1)
      for (let k = i + 4; k + 8 <= i + 4 + length; k += 8) fields.push(view.getBigUint64(k, true));
    i += 4 + length;
  }
  return fields;
}

/** Every member must end before the next begins: archives that use bytes twice are bombs. */
function withBounds(file: string, members: readonly Omit<ZipMember, 'bound'>[], directory: number): ZipMember[] {
  const starts = members.map((member) => member.header).sort((a, b) => a - b);
  // Backwards, so that of two members with one header the first decides: it ends where it begins, and is refused.
  const after = new Map<number, number>();
  for (let i = starts.length - 1; i >= 0; i--) after.set(starts[i]!, starts[i + 1] ?? directory);
  return members.map((member) => {
    const bound = after.get(member.header)!;
    if (member.header + LOCAL_BYTES + member.packed > bound)
      throw new FormatError(
        member.header + LOCAL_BYTES + member.packed > directory ? 'out-of-range' : 'overlapping',
        file,
        `member ${quoted(member.name)} does not fit where its zip directory puts it`,
      );
    return { ...member, bound };
  });
}

/**
 * Finds the bytes of a member through its local header.
 * Throws FormatError `unsupported` for encrypted or otherwise packed members, `bad-header` when the local header
 * contradicts the directory, `out-of-range` when the bytes run into the next member.
 */
export async function locateMember(source: ByteSource, member: ZipMember): Promise<ZipData> {
  const bad = (message: string): never => {
    throw new FormatError('bad-header', source.name, `member ${quoted(member.name)} ${message}`);
  };
  if (member.method !== 0 && member.method !== 8)
    throw new FormatError(
      'unsupported',
      source.name,
      `member ${quoted(member.name)} is packed by method ${member.method}`,
    );
  const expected = encodeUtf8(member.name);
  if (member.header + LOCAL_BYTES + expected.length > source.size)
    bad('has no local header where the zip directory says');
  const local = await source.read(member.header, member.header + LOCAL_BYTES + expected.length);
  const view = viewOf(local);
  if (view.getUint32(0, true) !== 0x04034b50) bad('has no local header where the zip directory says');
  if (((member.flags | view.getUint16(6, true)) & UNREADABLE_FLAGS) !== 0)
    throw new FormatError('unsupported', source.name, `member ${quoted(member.name)} is encrypted or patched`);
  if (view.getUint16(8, true) !== member.method)
    bad('is packed one way by its header and another by the zip directory');
  const nameLength = view.getUint16(26, true);
  const start = member.header + LOCAL_BYTES + nameLength + view.getUint16(28, true);
  if (start + member.packed > member.bound)
    throw new FormatError('out-of-range', source.name, `member ${quoted(member.name)} runs into the next`);
  if (nameLength !== expected.length || !expected.every((byte, i) => byte === local[LOCAL_BYTES + i]))
    bad('has another name in its own header');
  return { member, start };
}

/**
 * The bytes of a member, unpacked; exactly `member.size` of them.
 * Throws FormatError `too-large` over `limit`, `bad-header` for broken or dishonest packing.
 */
export async function readMember(source: ByteSource, { member, start }: ZipData, limit: number): Promise<Uint8Array> {
  if (member.size > limit)
    throw new FormatError(
      'too-large',
      source.name,
      `member ${quoted(member.name)} has ${member.size} bytes; the limit is ${limit}`,
    );
  if (member.method === 0) return source.read(start, start + member.size);
  return inflateSource(source, { start, packed: member.packed, size: member.size, name: member.name });
}
