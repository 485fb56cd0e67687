import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModelFile } from '@graft/core/formats';
import { input, weight } from '@graft/core/graph';
import { weightRefs } from '@graft/core/models';
import { add } from '@graft/core/ops';
import { compile } from '@graft/core/runtime';
import { DTYPES, tensor, widen, type DType } from '@graft/core/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { fileSource } from '../files.ts';
import { openEngine } from './engine.ts';

// From bytes in a file to numbers in the engine: every code of the small types, and what is special in the others.

const folder = mkdtempSync(join(tmpdir(), 'graft-precision-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, code) => code);
const words = (...codes: number[]): Uint8Array => new Uint8Array(Uint16Array.from(codes).buffer);
/** Zeros, the smallest and largest subnormals and normals, infinities, quiet and signalling NaN, odd ones. */
const F16_SPECIAL = words(0, 0x8000, 1, 0x3ff, 0x8001, 0x400, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0x3c01, 0x3555);
const BF16_SPECIAL = words(0, 0x8000, 0x80, 0x7f7f, 0xff7f, 0x7f80, 0xff80, 0x7fc0, 0x3f81, 0x4049);

const TENSORS: readonly (readonly [DType, Uint8Array])[] = [
  ['F8_E4M3', ALL_BYTES],
  ['F8_E5M2', ALL_BYTES],
  ['F8_E4M3FNUZ', ALL_BYTES],
  ['F8_E5M2FNUZ', ALL_BYTES],
  ['F16', F16_SPECIAL],
  ['BF16', BF16_SPECIAL],
  ['F32', new Uint8Array(Float32Array.of(0, -0, 1e-38, 3.4e38, Infinity, NaN, 0.1).buffer)],
  ['F64', new Uint8Array(Float64Array.of(0.1, -1e-30, 1 / 3, 2 ** 60, Infinity, -0).buffer)],
  ['I64', new Uint8Array(BigInt64Array.of(0n, -1n, 16777217n, 2n ** 62n).buffer)],
  ['I32', new Uint8Array(Int32Array.of(0, -1, 16777217).buffer)],
  ['U8', ALL_BYTES],
  ['I8', ALL_BYTES],
];

/** One file of all types, in which a tensor of one byte makes every later one begin at an odd place. */
function mixedFile(): string {
  const path = join(folder, 'mixed.safetensors');
  const all = [
    ['odd', 'U8', Uint8Array.of(7)] as const,
    ...TENSORS.map(([dtype, bytes]) => [dtype, dtype, bytes] as const),
  ];
  let at = 0;
  const header: Record<string, object> = {};
  for (const [name, dtype, { length }] of all) {
    header[name] = { dtype, shape: [length / DTYPES[dtype]], data_offsets: [at, at + length] };
    at += length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([size, text, ...all.map(([, , bytes]) => bytes)]));
  return path;
}

describe.each([
  ['plenty of memory', false],
  ['little memory', true],
])('weights in an engine with %s', (_, lowMemory) => {
  test.each([
    ['of all types', TENSORS],
    ['of types that a graph can widen, where they lie', TENSORS.slice(0, 7)],
  ])('%s are exactly what their file says', async (_what, tensors) => {
    const source = await fileSource(mixedFile());
    const engine = await openEngine({ lowMemory, threads: 1, cache: join(folder, 'cache') });
    try {
      const refs = weightRefs(await openModelFile(source), source);
      const outputs = Object.fromEntries(
        tensors.map(([dtype]) => [dtype, add(weight(refs.get(dtype)!), input('x', [1]))]),
      );
      const program = await compile(engine, { outputs });
      // Adding −0 changes no number, not even the sign of a zero.
      const results = await program.run({ x: tensor([1], Float32Array.of(-0)) });
      for (const [dtype, bytes] of tensors) expect(results[dtype]!.data, dtype).toEqual(widen(dtype, bytes));
    } finally {
      await engine.close();
      await source.close();
    }
  });
});
