import { byteReader, concat, type ByteReader } from './byte-reader.ts';

const EXTENSION = 0x21;
const COMMENT = 0xfe;
const CONTROL = 0xf9;

/** A block before the first frame: what it is, and the data of its sub-blocks with their offsets. */
interface Extension {
  readonly label: number;
  readonly blocks: readonly { readonly at: number; readonly data: Uint8Array }[];
}

/** The extensions before the first frame. Throws FormatError `truncated`. */
function* extensions(reader: ByteReader): Generator<Extension> {
  const flags = reader.u8(10);
  let at = 13 + (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  while (at < reader.length && reader.u8(at) === EXTENSION) {
    const label = reader.u8(at + 1);
    const blocks: { at: number; data: Uint8Array }[] = [];
    at += 2;
    for (let size = reader.u8(at); size > 0; size = reader.u8(at)) {
      blocks.push({ at: at + 1, data: reader.slice(at + 1, at + 1 + size) });
      at += 1 + size;
    }
    at++;
    yield { label, blocks };
  }
}

/** The comments before the first frame, joined by line breaks. Throws FormatError `truncated`. */
export function readGifComment(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const comments: Uint8Array[] = [];
  for (const { label, blocks } of extensions(byteReader(bytes, name))) {
    if (label !== COMMENT) continue;
    if (comments.length > 0) comments.push(Uint8Array.of(0x0a));
    comments.push(...blocks.map(({ data }) => data));
  }
  return comments.length === 0 ? undefined : concat(comments);
}

/**
 * The file with the transparent color of its first frame made an ordinary one, because A1111 keeps that color.
 * Throws FormatError `truncated`.
 */
export function withoutGifTransparency(bytes: Uint8Array, name: string): Uint8Array {
  // Not slice(): Node's buffers share their memory with what that gives.
  const out = new Uint8Array(bytes);
  for (const { label, blocks } of extensions(byteReader(bytes, name))) {
    const flags = blocks[0]?.at;
    if (label === CONTROL && flags !== undefined) out[flags] = out[flags]! & ~1;
  }
  return out;
}
