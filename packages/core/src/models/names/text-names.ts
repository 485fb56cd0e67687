import { replaceHead } from './unet-names.ts';

// CLIP's text tower in two spellings: OpenCLIP's (SD2, SDXL's second) and Hugging Face's (everything else, and all adapters).
// OpenCLIP packs the projections to queries, keys and values into one weight of three times the rows.

/** Which third of a packed projection. */
export type Slice = 'q' | 'k' | 'v';
/** In the order of the rows. */
export const SLICES: readonly Slice[] = ['q', 'k', 'v'];

/** Inside a block: OpenCLIP, Hugging Face. */
const BLOCK: readonly (readonly [string, string])[] = [
  ['ln_1', 'layer_norm1'],
  ['ln_2', 'layer_norm2'],
  ['attn', 'self_attn'],
  ['mlp.c_fc', 'mlp.fc1'],
  ['mlp.c_proj', 'mlp.fc2'],
];

/** Tensors outside the blocks: OpenCLIP, Hugging Face. The projection is transposed. */
const OUTER: readonly (readonly [string, string])[] = [
  ['token_embedding.weight', 'text_model.embeddings.token_embedding.weight'],
  ['positional_embedding', 'text_model.embeddings.position_embedding.weight'],
  ['ln_final', 'text_model.final_layer_norm'],
  ['text_projection', 'text_projection.weight'],
];

/** A tensor of OpenCLIP in Hugging Face spelling: all of it, or one third of its rows. */
export interface HfTensor {
  readonly key: string;
  readonly slice?: Slice;
  readonly transposed?: true;
}

/** A tensor name in OpenCLIP's spelling → the tensors that it is in Hugging Face's; empty for what has no place there. */
export function openClipToHf(key: string): readonly HfTensor[] {
  const block = /^transformer\.resblocks\.(\d+)\.(.+)$/.exec(key);
  if (block === null) {
    const outer = replaceHead(key, OUTER, 1);
    if (outer === undefined) return [];
    return [outer === 'text_projection.weight' ? { key: outer, transposed: true } : { key: outer }];
  }
  const layer = `text_model.encoder.layers.${block[1]}`;
  const packed = /^attn\.in_proj_(weight|bias)$/.exec(block[2]!)?.[1];
  if (packed !== undefined)
    return SLICES.map((slice) => ({ key: `${layer}.self_attn.${slice}_proj.${packed}`, slice }));
  const inner = replaceHead(block[2]!, BLOCK, 1);
  return inner === undefined ? [] : [{ key: `${layer}.${inner}` }];
}

/** A tensor name in Hugging Face spelling → OpenCLIP's tensor, and which third of it; undefined for what has no place there. */
export function hfToOpenClip(key: string): HfTensor | undefined {
  const block = /^(?:text_model\.)?encoder\.layers\.(\d+)\.(.+)$/.exec(key);
  if (block === null) {
    const outer = replaceHead(withTextModel(key), OUTER, 0);
    if (outer === undefined) return undefined;
    return outer === 'text_projection' ? { key: outer, transposed: true } : { key: outer };
  }
  const layer = `transformer.resblocks.${block[1]}`;
  const projection = /^self_attn\.([qkv])_proj\.(weight|bias)$/.exec(block[2]!);
  if (projection !== null) return { key: `${layer}.attn.in_proj_${projection[2]}`, slice: projection[1] as Slice };
  const inner = replaceHead(block[2]!, BLOCK, 0);
  return inner === undefined ? undefined : { key: `${layer}.${inner}` };
}

/** The oldest files leave `text_model.` out. */
export function withTextModel(key: string): string {
  return /^(embeddings|encoder|final_layer_norm)(\.|$)/.test(key) ? `text_model.${key}` : key;
}
