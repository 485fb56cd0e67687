import { knownNames, spellModule, type KnownBase } from '@graft/core/models/names';
import { numel } from '@graft/core/tensor';
import { numbers, writeHalves } from './half-file.ts';

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

export interface AdapterFile {
  readonly layers: number;
  readonly bytes: number;
  /** Of the products of its factors. */
  readonly gflop: number;
}

/** Products of two factors that the change of a layer is made of. */
const PRODUCTS: Readonly<Record<BenchFamily, number>> = { lora: 1, loha: 2 };

/** Writes an adapter of seeded random half-precision numbers between ±0.02 over the usual layers. */
export function writeAdapter(path: string, { family, rank, base }: AdapterFileOptions): AdapterFile {
  const shapes = new Map<string, { readonly shape: readonly number[] }>();
  let [layers, gflop] = [0, 0];
  const names = knownNames(base);
  for (const module of names.modules) {
    const name = LAYERS.test(module.diffusers) ? spellModule(module, 'kohya', names) : undefined;
    if (name === undefined) continue;
    const [out = 0, into = 0, ...kernel] = module.shape;
    layers += 1;
    gflop += (PRODUCTS[family] * 2 * rank * numel(module.shape)) / 1e9;
    for (const [part, [rows = 0, columns = 0]] of Object.entries(PARTS[family](out, into, rank)))
      shapes.set(`${name}.${part}`, { shape: family === 'lora' ? [rows, columns, ...kernel] : [rows, columns] });
    shapes.set(`${name}.alpha`, { shape: [] });
  }
  const next = numbers(98765);
  const bytes = writeHalves(path, shapes, (into) => {
    for (let i = 0; i < into.length; i++) {
      const number = next();
      // ± between 2⁻⁹ and 2⁻⁶
      into[i] = ((number >>> 16) & 0x8000) | (0x1800 + ((number >>> 8) % 0x0c00));
    }
  });
  return { layers, bytes, gflop };
}
