import { Inflate } from 'fflate';
import type { ByteSource } from '../bytes/index.ts';
import { FormatError } from '../errors/index.ts';
import { quoted } from './printable.ts';

/** Packed bytes that are read and inflated at a time: at most 16 MiB come out of one step. */
const STEP = 16 * 1024;

/** A deflated part of a source (RFC 1951, no wrapper). */
export interface Deflated {
  readonly start: number;
  /** Bytes in the source. */
  readonly packed: number;
  /** Bytes that must come out. */
  readonly size: number;
  /** For messages. */
  readonly name: string;
}

/**
 * Inflates a part of a source to exactly `size` bytes. Memory grows with what really comes out, never with what is claimed.
 * Throws FormatError `bad-header` when the data is broken or gives another number of bytes.
 */
export async function inflateSource(source: ByteSource, { start, packed, size, name }: Deflated): Promise<Uint8Array> {
  const bad = (message: string): FormatError =>
    new FormatError('bad-header', source.name, `member ${quoted(name)} ${message}`);
  const parts: Uint8Array[] = [];
  let got = 0;
  let finished = false;
  const stream = new Inflate((part, final) => {
    got += part.length;
    if (got > size) throw bad(`inflates to more than the ${size} bytes it claims`);
    parts.push(part);
    finished = final;
  });
  for (let at = 0; at < packed; at += STEP) {
    const to = Math.min(packed, at + STEP);
    const step = await source.read(start + at, start + to);
    try {
      // A copy: the library may keep its input, and a source may reuse what it hands out.
      stream.push(step.slice(), to === packed);
    } catch (error) {
      if (error instanceof FormatError) throw error;
      throw new FormatError('bad-header', source.name, `member ${quoted(name)} is not deflate data`, { cause: error });
    }
  }
  if (!finished || got !== size) throw bad(`inflates to ${got} of the ${size} bytes it claims`);
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
