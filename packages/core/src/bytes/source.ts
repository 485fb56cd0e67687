import { FormatError } from '../errors/index.ts';

/** Random-access bytes: a file, an HTTP range, a browser file handle, or memory. */
export interface ByteSource {
  /** What to call it in messages: a file name, never a whole path. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /**
   * Bytes [start, end). The result has exactly end − start bytes and may be a view: do not write to it.
   * `into`: memory of at least as many bytes that the source may read them into.
   * Throws FormatError `truncated` outside [0, size], and the edge's own errors.
   */
  read(start: number, end: number, into?: Uint8Array): Promise<Uint8Array>;
}

/** Checks a range against a source. Throws FormatError `truncated`. */
export function checkRange(source: { readonly name: string; readonly size: number }, start: number, end: number): void {
  if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start && end <= source.size)) {
    throw new FormatError('truncated', source.name, `bytes ${start} to ${end} are outside its ${source.size} bytes`);
  }
}

/** A source over bytes in memory. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (start, end) => {
      checkRange({ name, size: bytes.length }, start, end);
      return bytes.subarray(start, end);
    },
  };
}

/** The part [start, end) of another source, as a source. */
export function sliceSource(source: ByteSource, start: number, end: number): ByteSource {
  checkRange(source, start, end);
  return {
    name: source.name,
    size: end - start,
    read: async (from, to, into) => {
      checkRange({ name: source.name, size: end - start }, from, to);
      return source.read(start + from, start + to, into);
    },
  };
}
