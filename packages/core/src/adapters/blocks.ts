import { RequestError } from '../errors/index.ts';
import { unetPlace, type Module } from '../models/names/index.ts';

// Block weights as the extension sd-webui-lora-block-weight has them.

/** The text encoders, the 12 blocks on the way down, the middle, the 12 on the way up. */
export const ALL_BLOCKS: readonly string[] = ['BASE', ...numbered('IN', 0, 11), 'M00', ...numbered('OUT', 0, 11)];

/** What lists of other lengths name; blocks that they leave out get 0. */
const LISTS: readonly (readonly string[])[] = [
  ALL_BLOCKS,
  // SD1 and SD2: blocks with attention
  ['BASE', 'IN01', 'IN02', 'IN04', 'IN05', 'IN07', 'IN08', 'M00', ...numbered('OUT', 3, 11)],
  // SDXL: blocks with attention, and all
  ['BASE', 'IN04', 'IN05', 'IN07', 'IN08', 'M00', ...numbered('OUT', 0, 5)],
  ['BASE', ...numbered('IN', 0, 8), 'M00', ...numbered('OUT', 0, 8)],
];

function numbered(name: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `${name}${String(first + i).padStart(2, '0')}`);
}

/** The lists that the extension brings along. */
const PRESETS: ReadonlyMap<string, string> = new Map([
  ['NONE', '0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0'],
  ['ALL', '1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1'],
  ['INS', '1,1,1,1,0,0,0,0,0,0,0,0,0,0,0,0,0'],
  ['IND', '1,0,0,0,1,1,1,0,0,0,0,0,0,0,0,0,0'],
  ['INALL', '1,1,1,1,1,1,1,0,0,0,0,0,0,0,0,0,0'],
  ['MIDD', '1,0,0,0,1,1,1,1,1,1,1,1,0,0,0,0,0'],
  ['OUTD', '1,0,0,0,0,0,0,0,1,1,1,1,0,0,0,0,0'],
  ['OUTS', '1,0,0,0,0,0,0,0,0,0,0,0,1,1,1,1,1'],
  ['OUTALL', '1,0,0,0,0,0,0,0,1,1,1,1,1,1,1,1,1'],
  ['ALL0.5', '0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5'],
]);

/** Weights of the blocks, 26: BASE, IN00…IN11, M00, OUT00…OUT11. */
export type BlockWeights = readonly number[];

export interface BlockOptions {
  /** Further lists by name, as a user keeps them; a name of the extension's own may be given another list. */
  readonly presets?: ReadonlyMap<string, string>;
  /** Further lists of elements by name, as `presets`. */
  readonly elements?: ReadonlyMap<string, string>;
  /** What `X` in a list stands for; 1 if absent. */
  readonly x?: number;
  /** Numbers in [0, 1) for `R` (0…1) and `U` (−0.5…1.5), which are refused without it. */
  readonly random?: () => number;
}

/** Whether a text is the name of a list, or has as many values as one. */
export function isBlockList(text: string, presets?: ReadonlyMap<string, string>): boolean {
  return (
    presets?.has(text) === true || PRESETS.has(text) || LISTS.some((list) => list.length === text.split(',').length)
  );
}

/**
 * Reads a list of block weights: a preset's name, or 26, 20, 17 or 12 values, each a number, `R` or `U` (random), `X`, `X+n` or `X-n`.
 * Throws RequestError `lbw`.
 */
export function parseBlocks(text: string, options: BlockOptions = {}): BlockWeights {
  const values = (options.presets?.get(text) ?? PRESETS.get(text) ?? text).split(',').map((value) => value.trim());
  const list = LISTS.find((names) => names.length === values.length);
  if (!list)
    throw new RequestError(
      'lbw',
      `${JSON.stringify(text)} is no list of block weights${values.length === 1 ? ', nor a preset' : `: it has ${values.length} values`}`,
      {
        hint: `Give the name of a preset (${[...PRESETS.keys()].join(', ')}), or 12, 17, 20 or 26 numbers.`,
      },
    );
  const weights = values.map((value) => readWeight(value, options));
  return ALL_BLOCKS.map((block) => weights[list.indexOf(block)] ?? 0);
}

function readWeight(value: string, { x = 1, random }: BlockOptions): number {
  if (value === 'R' || value === 'U') {
    if (!random)
      throw new RequestError('lbw', `a random weight ${value} has no seed here`, { hint: 'Give a number instead.' });
    const drawn = value === 'R' ? random() : 2 * random() - 0.5;
    return Math.round(drawn * 1000) / 1000;
  }
  const offset = /^X(?:([+-])(\d+\.?\d*|\.\d+))?$/.exec(value);
  const weight = offset ? x + Number(`${offset[1] ?? ''}${offset[2] ?? 0}`) : Number(value);
  if (value === '' || !Number.isFinite(weight))
    throw new RequestError('lbw', `${JSON.stringify(value)} is no weight of a block`, {
      hint: 'Give a number, X, or X and an offset.',
    });
  return weight;
}

/** The name of a layer's block; undefined for layers in none (time embedding, last convolution, what surrounds a text encoder's blocks). */
export function blockName({
  component,
  ldm,
  diffusers,
}: Pick<Module, 'component' | 'ldm' | 'diffusers'>): string | undefined {
  if (component !== 'unet') return diffusers.startsWith('text_model.encoder.') ? 'BASE' : undefined;
  const { part, block } = unetPlace(ldm);
  const number = String(block).padStart(2, '0');
  if (part === 'middle') return 'M00';
  return part === 'input' ? `IN${number}` : part === 'output' ? `OUT${number}` : undefined;
}

/** The weight of a layer's block; 1 for layers in none. */
export function blockRatio(weights: BlockWeights): (layer: Pick<Module, 'component' | 'ldm' | 'diffusers'>) => number {
  const byName = new Map(ALL_BLOCKS.map((name, i) => [name, weights[i]]));
  return (layer) => byName.get(blockName(layer) ?? '') ?? 1;
}
