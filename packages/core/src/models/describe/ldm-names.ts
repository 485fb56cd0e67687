import type { Base } from './description.ts';

// The UNets of SD1 and SD2 have four levels, the lower three with attention; SDXL's has three, the upper two of which (from the middle)
// have attention. In the checkpoint's spelling (LDM's) the blocks are counted through, so some numbers are there in one of them alone.

/** The path of a layer in the checkpoint's spelling, behind any prefix; dots flattened. */
const PATH = /(?:^|_)((?:input_blocks|output_blocks|middle_block)_\d+_.*)$/s;

const SD_ONLY =
  /^(?:input_blocks_[12]_1_|(?:input|output)_blocks_(?:9|10|11)_|output_blocks_[678]_[12]_|output_blocks_2_1_conv)/;
const XL_ONLY = /^output_blocks_(?:[012]_1_(?:norm|proj|transformer)|2_2_conv)/;
/** Trainers' names of text encoders: SDXL's two are numbered. */
const SD_TEXT = /^lora_te_/;
const XL_TEXT = /^lora_te1_/;
/** ComfyUI names text encoders by what they are: SD2's is no CLIP-L. */
const CLIP_L = /^text_encoders\.clip_l\./;

/** What the numbers of blocks tell. */
export interface LdmNames {
  /** Base models that have all of the layers; none if no layer is spelled so, or if no base model has them all. */
  readonly bases: readonly Base[];
  /** Whether kohya's trainers gave the names, which spell so for SDXL alone. */
  readonly kohya: boolean;
}

/** The base models that layers in the checkpoint's spelling fit, by their names alone. */
export function basesOfLdmNames(modules: readonly string[]): LdmNames {
  const paths = modules.flatMap((name) => PATH.exec(name.replaceAll('.', '_'))?.[1] ?? []);
  const any = (pattern: RegExp): boolean => modules.some((name) => pattern.test(name));
  const isSd = paths.some((path) => SD_ONLY.test(path)) || any(SD_TEXT);
  const isXl = paths.some((path) => XL_ONLY.test(path)) || any(XL_TEXT);
  const sd: readonly Base[] = any(CLIP_L) ? ['SD1'] : ['SD1', 'SD2'];
  return {
    bases: paths.length === 0 ? [] : [...(isXl ? [] : sd), ...(isSd ? [] : (['SDXL'] as const))],
    kohya: any(/^(?:lora|oft)_unet_(?:input_blocks|middle_block|output_blocks)_/),
  };
}
