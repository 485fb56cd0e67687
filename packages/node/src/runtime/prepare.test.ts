import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WeightForm } from '@graft/core/onnx';
import { widen } from '@graft/core/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { prepareJobs, type Job } from './prepare.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-prepare-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bytesOf = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
/** 1, 2 and −3 as float16. */
const HALVES = new Uint8Array(Uint16Array.of(0x3c00, 0x4000, 0xc200).buffer);

/** What the jobs write into a file of `size` bytes. */
function prepared(size: number, ...jobs: readonly Job[]): Uint8Array {
  const path = join(folder, 'out');
  writeFileSync(path, '');
  truncateSync(path, size);
  prepareJobs(jobs, path);
  return new Uint8Array(readFileSync(path));
}

const job = (from: Job['from'], dtype: Job['dtype'], shape: number[], form: WeightForm, to: number): Job => ({
  from,
  dtype,
  shape,
  form,
  to,
  bytes: 0,
});

describe('prepareJobs', () => {
  test('writes each weight in its form to its place, from memory or a part of a file', () => {
    const path = join(folder, 'source');
    writeFileSync(path, Uint8Array.of(9, 9, ...HALVES, 9));
    const out = prepared(
      40,
      job({ path, offset: 2, length: 6 }, 'F16', [3], { dtype: 'f32' }, 16),
      job({ data: HALVES.slice(2) }, 'F16', [2], { dtype: 'stored' }, 4),
      job({ path, offset: 4, length: 2 }, 'F16', [], { dtype: 'f32' }, 32),
      job({ data: Uint8Array.of(7) }, 'U8', [1, 1], { dtype: 'f32' }, 36),
    );
    expect(out.subarray(0, 4)).toEqual(new Uint8Array(4));
    expect(out.subarray(4, 8)).toEqual(HALVES.subarray(2));
    expect(out.subarray(16, 28)).toEqual(bytesOf(1, 2, -3));
    expect(out.subarray(32)).toEqual(bytesOf(2, 7));
  });

  test.each([
    ['inout', 8, 4, 3, 4, 'F32'],
    ['inout', 4, 12, 1, 4, 'F32'],
    ['out', 8, 3, 3, 4, 'F32'],
    ['out', 4, 1, 2, 4, 'F32'],
    ['inout', 8, 4, 3, 4, 'F16'],
    ['inout', 16, 8, 1, 8, 'F16'],
    ['inout', 32, 16, 3, 16, 'F16'],
    ['out', 24, 3, 1, 12, 'F16'],
  ] as const)('lays out a kernel in the order %s: %s × %s channels, side %s, in blocks of %s, %s', (...given) => {
    const [order, outs, ins, side, block, dtype] = given;
    const count = outs * ins * side * side;
    // Each is another, in both types.
    const numbers = Array.from({ length: count }, (_, i) => i);
    const bits = dtype === 'F16' ? Uint16Array.from(numbers) : Float32Array.from(numbers);
    const from = { data: new Uint8Array(bits.buffer) };
    const plain = widen(dtype, from.data);
    const form: WeightForm = { dtype: 'f32', blocked: { order, block } };
    const out = new Float32Array(prepared(count * 4, job(from, dtype, [outs, ins, side, side], form, 0)).buffer);
    const area = side * side;
    const inner = order === 'inout' ? block : 1;
    for (let o = 0; o < outs; o++) {
      for (let i = 0; i < ins; i++) {
        for (let k = 0; k < area; k++) {
          // [o/B][i/B′][kh·kw][i mod B′][o mod B]
          const outer = (Math.floor(o / block) * (ins / inner) + Math.floor(i / inner)) * area + k;
          expect(out[(outer * inner + (i % inner)) * block + (o % block)]).toBe(plain[(o * ins + i) * area + k]);
        }
      }
    }
  });

  test('names the file that could not be read, so that none other is blamed', () => {
    const short = join(folder, 'short');
    writeFileSync(short, Uint8Array.of(1, 2));
    const missing = join(folder, 'missing');
    for (const path of [short, missing]) {
      const read = () => prepared(4, job({ path, offset: 0, length: 4 }, 'F32', [1], { dtype: 'f32' }, 0));
      expect(read).toThrowError(expect.objectContaining({ unread: path }) as Error);
    }
  });
});
