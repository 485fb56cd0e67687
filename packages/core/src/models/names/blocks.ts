import type { Module } from './table.ts';

/** Which block of the UNet a layer belongs to, in the checkpoint's numbering. */
export interface UNetPlace {
  /** `time`: the embeddings of time and labels; `out`: what follows the last block. */
  readonly part: 'time' | 'input' | 'middle' | 'output' | 'out';
  /** Number of the block; 0 where there is only one. */
  readonly block: number;
}

/** The block of a UNet's layer, from its path in the checkpoint. */
export function unetPlace(ldm: string): UNetPlace {
  const found = /^(input|output)_blocks\.(\d+)\./.exec(ldm);
  if (found !== null) return { part: found[1] as 'input' | 'output', block: Number(found[2]) };
  if (ldm.startsWith('middle_block.')) return { part: 'middle', block: Number(ldm.split('.')[1]) };
  return { part: ldm.startsWith('out.') ? 'out' : 'time', block: 0 };
}

/** Where the parts of the UNet stand in a list of weights, one a block; undefined: in no block. */
type Numbering = Readonly<Record<UNetPlace['part'], number | undefined>> & {
  /** Whether each module of the middle has a number of its own. */
  readonly middleModules?: true;
  /** Whether the first convolution is in no block. */
  readonly withoutFirst?: true;
};

/** kohya's lists of numbers for training (`block_dims` and the like): 25 of SD1 and SD2, 23 of SDXL. */
const TRAINING: Readonly<Record<'sd' | 'sdxl', Numbering>> = {
  sd: { time: undefined, input: 0, middle: 12, output: 13, out: undefined, withoutFirst: true },
  sdxl: { time: 0, input: 1, middle: 10, output: 13, out: 22, middleModules: true },
};

/** kohya's 26 numbers for merging (`lbw`): the first is the text encoders'. */
const MERGING: Readonly<Record<'sd' | 'sdxl', Numbering>> = {
  sd: { time: undefined, input: 1, middle: 13, output: 14, out: undefined, withoutFirst: true },
  sdxl: { time: 1, input: 1, middle: 13, output: 14, out: 23 },
};

function numberOf(ldm: string, numbering: Numbering): number | undefined {
  const { part, block } = unetPlace(ldm);
  const first = numbering[part];
  if (first === undefined || (numbering.withoutFirst === true && part === 'input' && block === 0)) return undefined;
  return part === 'middle' && numbering.middleModules !== true ? first : first + block;
}

/** Position of a UNet's layer in kohya's list for training; undefined where it has none. `base`: SD2 is `sd`. */
export function trainingBlock(module: Pick<Module, 'ldm'>, base: 'sd' | 'sdxl'): number | undefined {
  return numberOf(module.ldm, TRAINING[base]);
}

/** Position of a layer in kohya's list of 26 for merging; undefined where it has none. */
export function mergingBlock(
  { component, ldm, diffusers }: Pick<Module, 'component' | 'ldm' | 'diffusers'>,
  base: 'sd' | 'sdxl',
): number | undefined {
  if (component === 'unet') return numberOf(ldm, MERGING[base]);
  return diffusers.startsWith('text_model.encoder.') ? 0 : undefined;
}
