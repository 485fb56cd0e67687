import { closeSync, openSync, writeSync } from 'node:fs';
import { numel } from '@graft/core/tensor';

/** Names and shapes of the tensors of a file. */
export type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

const ONE = 0x3c00;
const CHUNK = 1 << 22;

/** Writes a checkpoint of seeded random half-precision weights: norms are 1, the rest uniform and small. → bytes written */
export function writeCheckpoint(path: string, shapes: Shapes): number {
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { shape }] of shapes)
    header[name] = { dtype: 'F16', shape, data_offsets: [end, (end += 2 * numel(shape))] };
  const json = JSON.stringify(header).padEnd(Math.ceil(JSON.stringify(header).length / 8) * 8);
  const file = openSync(path, 'w');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeSync(file, length);
  writeSync(file, json);
  const values = Uint16Array.from({ length: 4096 }, (_, i) => half(0.03 * (i / 2048 - 1)));
  const chunk = new Uint16Array(CHUNK);
  let state = 12345;
  for (const [name, { shape }] of shapes) {
    const norm = shape.length === 1 && name.endsWith('weight');
    for (let left = numel(shape); left > 0;) {
      const count = Math.min(left, CHUNK);
      for (let i = 0; i < count; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        chunk[i] = norm ? ONE : values[state >>> 20]!;
      }
      const bytes = new Uint8Array(chunk.buffer, 0, 2 * count);
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      left -= count;
    }
  }
  closeSync(file);
  return end;
}

/** Bits of the half nearest to zero from a small normal number; smaller ones become zero. */
function half(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const sign = (bits >>> 16) & 0x8000;
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}
