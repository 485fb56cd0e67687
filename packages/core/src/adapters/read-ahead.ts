import type { ByteSource } from '../bytes/index.ts';
import type { WeightRef } from '../graph/index.ts';

/** Bytes of one read: so many that what a read costs by itself is nothing beside them. */
const CHUNK_BYTES = 8 * 2 ** 20;

interface Chunk {
  readonly store: ByteSource;
  readonly start: number;
  end: number;
  /** Tensors in it that nobody has read yet. */
  left: number;
  bytes?: Promise<Uint8Array>;
}

/**
 * Reads stored tensors, each once, in large pieces of their files, the next piece while one is used. Fastest where they are read in about the
 * order in which they lie.
 */
export function readAhead(refs: Iterable<WeightRef>): (ref: WeightRef) => Promise<Uint8Array> {
  const chunks: Chunk[] = [];
  const places = new Map<WeightRef, number>();
  for (const ref of [...refs].sort((a, b) => a.offset - b.offset)) {
    const end = ref.offset + ref.length;
    let last = chunks.at(-1);
    if (!last || last.store !== ref.store || ref.offset !== last.end || end - last.start > CHUNK_BYTES) {
      last = { store: ref.store, start: ref.offset, end, left: 0 };
      chunks.push(last);
    }
    last.end = end;
    last.left += 1;
    places.set(ref, chunks.length - 1);
  }
  const load = (index: number): Promise<Uint8Array> | undefined => {
    const chunk = chunks[index];
    if (!chunk || chunk.left === 0) return undefined;
    if (!chunk.bytes) {
      chunk.bytes = chunk.store.read(chunk.start, chunk.end);
      // What fails is told to who asks for it.
      chunk.bytes.catch(() => undefined);
    }
    return chunk.bytes;
  };
  return async (ref) => {
    const index = places.get(ref)!;
    const bytes = load(index)!;
    void load(index + 1);
    const chunk = chunks[index]!;
    const own = (await bytes).subarray(ref.offset - chunk.start, ref.offset - chunk.start + ref.length);
    chunk.left -= 1;
    if (chunk.left === 0) delete chunk.bytes;
    return own;
  };
}
