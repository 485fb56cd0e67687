import type { ByteSource } from '../bytes/index.ts';
import type { WeightRef } from '../graph/index.ts';

/** Bytes of one read: so many that what a read costs by itself is nothing beside them. */
const CHUNK_BYTES = 8 * 2 ** 20;
/** Bytes between two tensors that are read along: another read would cost more. */
const GAP_BYTES = 64 * 2 ** 10;

/** A piece of a file, with the tensors that lie in it. */
interface Chunk {
  readonly store: ByteSource;
  readonly start: number;
  end: number;
  readonly refs: WeightRef[];
}

/** In the order in which they lie. */
function chunksOf(refs: Iterable<WeightRef>): Chunk[] {
  const chunks: Chunk[] = [];
  for (const ref of [...refs].sort((a, b) => a.offset - b.offset)) {
    const end = ref.offset + ref.length;
    let last = chunks.at(-1);
    const isNear = last?.store === ref.store && ref.offset - last.end <= GAP_BYTES && end - last.start <= CHUNK_BYTES;
    if (!last || !isNear) {
      last = { store: ref.store, start: ref.offset, end, refs: [] };
      chunks.push(last);
    }
    last.end = Math.max(last.end, end);
    last.refs.push(ref);
  }
  return chunks;
}

function bytesOf(ref: WeightRef, chunk: Chunk, bytes: Uint8Array): Uint8Array {
  return bytes.subarray(ref.offset - chunk.start, ref.offset - chunk.start + ref.length);
}

/**
 * Reads stored tensors, each once, in large pieces of their files, the next piece while one is used. Fastest where they are read in about the
 * order in which they lie.
 */
export function readAhead(refs: Iterable<WeightRef>): (ref: WeightRef) => Promise<Uint8Array> {
  const chunks = chunksOf(refs);
  const places = new Map(chunks.flatMap(({ refs: own }, index) => own.map((ref) => [ref, index] as const)));
  /** Tensors of each chunk that nobody has read yet, and its bytes while there are some. */
  const left = chunks.map((chunk) => chunk.refs.length);
  const held = new Map<number, Promise<Uint8Array>>();
  const load = (index: number): Promise<Uint8Array> | undefined => {
    const chunk = chunks[index];
    if (!chunk || left[index] === 0) return undefined;
    const bytes = held.get(index) ?? begun(chunk);
    held.set(index, bytes);
    return bytes;
  };
  return async (ref) => {
    const index = places.get(ref)!;
    const bytes = load(index)!;
    void load(index + 1);
    const own = bytesOf(ref, chunks[index]!, await bytes);
    left[index]! -= 1;
    if (left[index] === 0) held.delete(index);
    return own;
  };
}

/**
 * Shows `use` the bytes of stored tensors, in the order in which they lie, in large pieces of their files, the next piece while one is used.
 * Their memory is used again, as fresh memory costs more than reading: they are valid for that call alone. Throws what `use` and the source throw.
 */
export async function readThrough(
  refs: Iterable<WeightRef>,
  use: (ref: WeightRef, bytes: Uint8Array) => void,
): Promise<void> {
  const chunks = chunksOf(refs);
  const spaces = [0, 1].map(() => new Uint8Array(Math.max(0, ...chunks.map(({ start, end }) => end - start))));
  const load = (index: number): Promise<Uint8Array> | undefined =>
    chunks[index] && begun(chunks[index], spaces[index % 2]);
  let next = load(0);
  for (const [index, chunk] of chunks.entries()) {
    const bytes = await next!;
    next = load(index + 1);
    for (const ref of chunk.refs) use(ref, bytesOf(ref, chunk, bytes));
  }
}

function begun({ store, start, end }: Chunk, into?: Uint8Array): Promise<Uint8Array> {
  const bytes = store.read(start, end, into);
  // What fails is told to who waits for it.
  bytes.catch(() => undefined);
  return bytes;
}
