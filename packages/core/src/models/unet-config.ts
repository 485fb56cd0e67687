import { ModelError } from '../errors/index.ts';
import type { Scope } from '../nn/index.ts';

/** One numbered block of the UNet: a residual block, and what follows it. */
export interface UNetBlock {
  /** Output channels of the residual block; undefined where the block only halves the size. */
  readonly channels: number | undefined;
  /** Transformer blocks after the residual block; 0: none. */
  readonly depth: number;
  /** What else: `down` halves, `up` doubles the size. */
  readonly resize: 'down' | 'up' | undefined;
}

/** What distinguishes one UNet from another. */
export interface UNetConfig {
  /** 4; 9 for inpainting (⊕ mask ⊕ masked picture); 8 for pix2pix (⊕ picture). */
  readonly inChannels: number;
  readonly outChannels: number;
  /** Channels of the first level. */
  readonly channels: number;
  /** Width of the text context. */
  readonly context: number;
  /** Width of the vector added to the time embedding (SDXL); 0: none. */
  readonly vector: number;
  /** Blocks after the first convolution. */
  readonly input: readonly UNetBlock[];
  /** Transformer blocks between the two residual blocks of the middle; −1: one residual block is all of it (SSD-1B, Vega). */
  readonly middle: number;
  readonly output: readonly UNetBlock[];
  /** A fixed number of heads (SD1), or heads of a fixed width (SD2, SDXL). */
  readonly heads: { readonly count: number } | { readonly width: number };
  /** How a transformer is entered and left: 1×1 convolution (SD1) or linear. */
  readonly projection: 'conv' | 'linear';
}

/** Reads the configuration off the shapes of a UNet's tensors (LDM names). Throws ModelError where there is no UNet. */
export function inferUNet(p: Scope, model: string): UNetConfig {
  const first = p.shapeOf('input_blocks.0.0.weight');
  const last = p.shapeOf('out.2.weight');
  if (!first || !last) {
    throw new ModelError(model, 'has no UNet', {
      hint: 'A checkpoint is needed here; see what the file is with: graft inspect FILE',
    });
  }
  const [channels = 0, inChannels = 0] = first;
  const input = blocks(p, 'input_blocks', 1);
  const output = blocks(p, 'output_blocks', 0);
  const transformer = [...input.keys()]
    .map((i) => `input_blocks.${i + 1}.1`)
    .find((path) => p.shapeOf(`${path}.proj_in.weight`));
  const projection =
    transformer !== undefined && p.shapeOf(`${transformer}.proj_in.weight`)?.length === 2 ? 'linear' : 'conv';
  return {
    inChannels,
    outChannels: last[0]!,
    channels,
    context:
      transformer === undefined ? 0 : (p.shapeOf(`${transformer}.transformer_blocks.0.attn2.to_k.weight`)?.[1] ?? 0),
    vector: p.shapeOf('label_emb.0.0.weight')?.[1] ?? 0,
    input,
    middle: p.shapeOf('middle_block.1.norm.weight') ? depth(p, 'middle_block.1') : -1,
    output,
    heads: projection === 'conv' ? { count: 8 } : { width: 64 },
    projection,
  };
}

function blocks(p: Scope, list: string, start: number): UNetBlock[] {
  const found: UNetBlock[] = [];
  for (let i = start; ; i++) {
    const path = `${list}.${i}`;
    const channels = p.shapeOf(`${path}.0.in_layers.2.weight`)?.[0];
    const down = p.shapeOf(`${path}.0.op.weight`) !== undefined;
    if (channels === undefined && !down) return found;
    const up = [1, 2].some((k) => p.shapeOf(`${path}.${k}.conv.weight`) !== undefined);
    found.push({ channels, depth: depth(p, `${path}.1`), resize: down ? 'down' : up ? 'up' : undefined });
  }
}

function depth(p: Scope, path: string): number {
  let count = 0;
  while (p.shapeOf(`${path}.transformer_blocks.${count}.norm1.weight`)) count++;
  return count;
}
