import { closeSync, openSync, writeSync } from 'node:fs';
import { numel } from '@graft/core/tensor';

/** Names and shapes of the tensors of a file. */
export type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** Fills an array with the bits of halves for a tensor. */
export type Fill = (into: Uint16Array, name: string, shape: readonly number[]) => void;

const CHUNK = 1 << 22;

/** Writes a safetensors file of half-precision tensors, piece by piece. → bytes of its tensors */
export function writeHalves(path: string, shapes: Shapes, fill: Fill): number {
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { shape }] of shapes)
    header[name] = { dtype: 'F16', shape, data_offsets: [end, (end += 2 * numel(shape))] };
  const json = JSON.stringify(header);
  const text = json.padEnd(Math.ceil(json.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(path, 'w');
  writeSync(file, length);
  writeSync(file, text);
  const chunk = new Uint16Array(CHUNK);
  for (const [name, { shape }] of shapes) {
    for (let left = numel(shape); left > 0; left -= CHUNK) {
      const piece = chunk.subarray(0, Math.min(left, CHUNK));
      fill(piece, name, shape);
      const bytes = new Uint8Array(piece.buffer, 0, piece.byteLength);
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    }
  }
  closeSync(file);
  return end;
}

/** Seeded whole numbers below 2³², one after the other. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}
