import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeSafetensors } from '@graft/core/formats';
import type { Tensor } from '@graft/core/tensor';

/** Writes a safetensors file of float32 tensors, and the folders above it. */
export async function writeMadeFile(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const sources = Object.entries(tensors).map(([name, { shape, data }]) => ({
    name,
    dtype: 'F32' as const,
    shape,
    read: async () => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeSafetensors(sources, new Map(Object.entries(metadata))).chunks()) chunks.push(chunk);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.concat(chunks));
}
