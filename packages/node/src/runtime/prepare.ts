import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { WeightForm } from '@graft/core/onnx';
import { halfTable, numel, widen, type DType } from '@graft/core/tensor';

/** One weight to bring into its form. */
export interface Job {
  readonly from:
    { readonly path: string; readonly offset: number; readonly length: number } | { readonly data: Uint8Array };
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly form: WeightForm;
  /** First byte in the prepared file, and number of bytes. */
  readonly to: number;
  readonly bytes: number;
}

/**
 * Brings weights into their forms, one after the other, and writes each to its place in the file `path`.
 * Throws the system's errors; those of reading carry the file's path as `unread`.
 */
export function prepareJobs(jobs: readonly Job[], path: string): void {
  const out = openSync(path, 'r+');
  const sources = new Map<string, number>();
  let source = new Uint8Array(0);
  let wide = new Float32Array(0);
  try {
    for (const job of jobs) {
      const stored = 'data' in job.from ? job.from.data : readJob(job.from);
      if (job.form.dtype === 'stored') {
        write(stored, job.to);
        continue;
      }
      const count = numel(job.shape);
      if (job.form.blocked && job.dtype === 'F16' && stored.byteOffset % 2 === 0) {
        const words = new Uint16Array(stored.buffer, stored.byteOffset, count);
        write(blockOrder({ words, table: halfTable() }, job.shape, job.form.blocked), job.to);
        continue;
      }
      if (wide.length < count) wide = new Float32Array(count);
      const plain = widen(job.dtype, stored, wide.subarray(0, count));
      const bits = new Uint32Array(plain.buffer, plain.byteOffset, count);
      write(job.form.blocked ? blockOrder({ bits }, job.shape, job.form.blocked) : bytesOf(bits), job.to);
    }
  } finally {
    for (const file of sources.values()) closeSync(file);
    closeSync(out);
  }

  function readJob(from: { readonly path: string; readonly offset: number; readonly length: number }): Uint8Array {
    try {
      const file = sources.get(from.path) ?? openSync(from.path, 'r');
      sources.set(from.path, file);
      if (source.length < from.length) source = new Uint8Array(from.length);
      for (let done = 0; done < from.length;) {
        const read = readSync(file, source, done, from.length - done, from.offset + done);
        if (read === 0) throw new Error(`ended at byte ${from.offset + done}`);
        done += read;
      }
      return source.subarray(0, from.length);
    } catch (error) {
      // A plain field, because it must cross the border of a thread.
      throw Object.assign(error instanceof Error ? error : new Error(String(error)), { unread: from.path });
    }
  }

  function write(bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length;) done += writeSync(out, bytes, done, bytes.length - done, at + done);
  }
}

let scratch = new Uint32Array(0);

/** Elements as float32 bits, or as halves with the table that widens them: one pass over memory less. */
type Elements = { readonly bits: Uint32Array } | { readonly words: Uint16Array; readonly table: Uint32Array };

/** Convolution weights [o, i, k, k] in the blocked order that WeightForm describes. The result is valid until the next call. */
function blockOrder(
  elements: Elements,
  shape: readonly number[],
  { order, block }: NonNullable<WeightForm['blocked']>,
): Uint8Array {
  const [outs = 0, ins = 0, height = 1, width = 1] = shape;
  const kernel = height * width;
  const count = outs * ins * kernel;
  if (scratch.length < count) scratch = new Uint32Array(count);
  const inner = order === 'inout' ? block : 1;
  const row = ins * kernel;
  let at = 0;
  for (let o = 0; o < outs; o += block) {
    for (let i = 0; i < ins; i += inner) {
      for (let k = 0; k < kernel; k++) {
        for (let ii = 0; ii < inner; ii++) {
          const from = o * row + (i + ii) * kernel + k;
          if ('bits' in elements) gather(elements.bits, from, row, at, block);
          else gatherHalves(elements.words, elements.table, from, row, at, block);
          at += block;
        }
      }
    }
  }
  return bytesOf(scratch.subarray(0, count));
}

function gather(bits: Uint32Array, from: number, row: number, at: number, count: number): void {
  for (let j = 0; j < count; j++) scratch[at + j] = bits[from + j * row]!;
}

/** Most of what is prepared goes through here: written out for eight at a time, which all blocks are multiples of, it takes two thirds of the time. */
function gatherHalves(
  words: Uint16Array,
  table: Uint32Array,
  from: number,
  row: number,
  at: number,
  count: number,
): void {
  let j = 0;
  for (; j + 8 <= count; j += 8, from += 8 * row, at += 8) {
    scratch[at] = table[words[from]!]!;
    scratch[at + 1] = table[words[from + row]!]!;
    scratch[at + 2] = table[words[from + 2 * row]!]!;
    scratch[at + 3] = table[words[from + 3 * row]!]!;
    scratch[at + 4] = table[words[from + 4 * row]!]!;
    scratch[at + 5] = table[words[from + 5 * row]!]!;
    scratch[at + 6] = table[words[from + 6 * row]!]!;
    scratch[at + 7] = table[words[from + 7 * row]!]!;
  }
  for (; j < count; j++, from += row) scratch[at++] = table[words[from]!]!;
}

/** A computed weight, row-major float32, in the form that is wanted. The result is valid until the next call. */
export function inForm(data: Float32Array, shape: readonly number[], { blocked }: WeightForm): Uint8Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  return blocked ? blockOrder({ bits }, shape, blocked) : bytesOf(bits);
}

function bytesOf(bits: Uint32Array): Uint8Array {
  return new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
}
