import { closeSync, openSync, writeSync } from 'node:fs';
import { knownNames, spellModule, type KnownBase } from '@graft/core/models/names';
import { numel } from '@graft/core/tensor';

/** Layers that trainers give a LoRA: attention and feed-forward of the UNet and the text encoders; 264 of SD1. */
const LAYERS =
  /\.(proj_in|proj_out|attn[12]\.to_(q|k|v|out\.0)|ff\.net\.(0\.proj|2)|self_attn\.(q|k|v|out)_proj|mlp\.fc[12])$/;

/** A family of adapters that can be written: shapes of the tensors of a layer by their parts. */
export type BenchFamily = 'lora' | 'loha';

const PARTS: Readonly<
  Record<BenchFamily, (out: number, into: number, rank: number) => Readonly<Record<string, readonly number[]>>>
> = {
  lora: (out, into, rank) => ({ 'lora_down.weight': [rank, into], 'lora_up.weight': [out, rank] }),
  loha: (out, into, rank) => ({
    hada_w1_a: [out, rank],
    hada_w1_b: [rank, into],
    hada_w2_a: [out, rank],
    hada_w2_b: [rank, into],
  }),
};

export interface AdapterFileOptions {
  readonly family: BenchFamily;
  readonly rank: number;
  /** The base model that it is for. */
  readonly base: KnownBase;
}

/** Writes an adapter of seeded random half-precision numbers between ±0.02 over the usual layers. → their number, bytes written */
export function writeAdapter(
  path: string,
  { family, rank, base }: AdapterFileOptions,
): { readonly layers: number; readonly bytes: number } {
  const header: Record<string, unknown> = {};
  let end = 0;
  let layers = 0;
  const add = (key: string, shape: readonly number[]): void => {
    header[key] = { dtype: 'F16', shape, data_offsets: [end, (end += 2 * numel(shape))] };
  };
  const names = knownNames(base);
  for (const module of names.modules) {
    const name = LAYERS.test(module.diffusers) ? spellModule(module, 'kohya', names) : undefined;
    if (name === undefined) continue;
    const [out = 0, into = 0, ...kernel] = module.shape;
    layers += 1;
    for (const [part, [rows = 0, columns = 0]] of Object.entries(PARTS[family](out, into, rank)))
      add(`${name}.${part}`, family === 'lora' ? [rows, columns, ...kernel] : [rows, columns]);
    add(`${name}.alpha`, []);
  }
  const json = JSON.stringify(header).padEnd(Math.ceil(JSON.stringify(header).length / 8) * 8);
  const file = openSync(path, 'w');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeSync(file, length);
  writeSync(file, json);
  const chunk = new Uint16Array(1 << 22);
  let state = 98765;
  for (let left = end; left > 0;) {
    const count = Math.min(left / 2, chunk.length);
    for (let i = 0; i < count; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      // ± between 2⁻⁹ and 2⁻⁶
      chunk[i] = ((state >>> 16) & 0x8000) | (0x1800 + ((state >>> 8) % 0x0c00));
    }
    const bytes = new Uint8Array(chunk.buffer, 0, 2 * count);
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    left -= bytes.length;
  }
  closeSync(file);
  return { layers, bytes: end };
}
