import { bytesSource, type ByteSource } from '../../bytes/index.ts';
import type { WeightRef } from '../../graph/index.ts';
import { DTYPES, numel, type DType } from '../../tensor/index.ts';
import { randomFloats } from './random.ts';

/** A weight in memory. */
export function memoryWeight(name: string, dtype: DType, shape: readonly number[], bytes: Uint8Array): WeightRef {
  return { name, dtype, shape, store: bytesSource(name, bytes), offset: 0, length: bytes.length };
}

/** A float32 weight in memory, of these numbers or seeded ones. */
export function floatWeight(name: string, shape: readonly number[], data = randomFloats(numel(shape), 1)): WeightRef {
  return memoryWeight(name, 'F32', shape, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** Weights of these shapes that no test ever reads: all of them zeros of one store that has no memory. */
export function shapesOnly(
  shapes: Readonly<Record<string, readonly number[]>>,
  dtype: DType = 'F32',
): ReadonlyMap<string, WeightRef> {
  const store: ByteSource = {
    name: 'shapes',
    size: Number.MAX_SAFE_INTEGER,
    read: async (start, end) => new Uint8Array(end - start),
  };
  let offset = 0;
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const length = numel(shape) * DTYPES[dtype];
      offset += length;
      return [name, { name, dtype, shape, store, offset: offset - length, length }];
    }),
  );
}
