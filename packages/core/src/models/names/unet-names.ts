// The UNet in two spellings. LDM numbers blocks through, three a level (two of work, one that resizes);
// diffusers nests them: level, kind of module, number. Facts: huggingface/diffusers loaders/single_file_utils.py.

/** What is inside a residual block: LDM, diffusers. The norms and convolutions stand in sequences there. */
const RESIDUAL: readonly (readonly [string, string])[] = [
  ['in_layers.0', 'norm1'],
  ['in_layers.2', 'conv1'],
  ['emb_layers.1', 'time_emb_proj'],
  ['out_layers.0', 'norm2'],
  ['out_layers.3', 'conv2'],
  ['skip_connection', 'conv_shortcut'],
];

/** Modules outside the blocks: LDM, diffusers. */
const OUTER: readonly (readonly [string, string])[] = [
  ['time_embed.0', 'time_embedding.linear_1'],
  ['time_embed.2', 'time_embedding.linear_2'],
  ['label_emb.0.0', 'add_embedding.linear_1'],
  ['label_emb.0.2', 'add_embedding.linear_2'],
  ['input_blocks.0.0', 'conv_in'],
  ['out.0', 'conv_norm_out'],
  ['out.2', 'conv_out'],
];

/** Blocks of one level. */
const LEVEL = 3;

type Pairs = readonly (readonly [string, string])[];

/** `path` with its beginning replaced by the first pair that it begins with; undefined without one. */
export function replaceHead(path: string, pairs: Pairs, to: 0 | 1): string | undefined {
  for (const pair of pairs) {
    const head = pair[1 - to]!;
    if (path === head) return pair[to];
    if (path.startsWith(`${head}.`)) return pair[to] + path.slice(head.length);
  }
  return undefined;
}

/** A UNet's module or tensor name in LDM spelling → diffusers spelling; undefined for names that no UNet has. */
export function unetToDiffusers(ldm: string): string | undefined {
  const outer = replaceHead(ldm, OUTER, 1);
  if (outer !== undefined) return outer;
  const found = /^(?:(input|output)_blocks\.(\d+)|(middle)_block)\.(\d+)\.(.+)$/.exec(ldm);
  if (found === null) return undefined;
  const [, side, number, middle, index = '', inner = ''] = found;
  const residual = replaceHead(inner, RESIDUAL, 1);
  if (middle !== undefined)
    return residual === undefined
      ? `mid_block.attentions.0.${inner}`
      : `mid_block.resnets.${index === '0' ? 0 : 1}.${residual}`;
  const block = side === 'input' ? Number(number) - 1 : Number(number);
  if (block < 0) return undefined;
  const level = `${side === 'input' ? 'down' : 'up'}_blocks.${Math.floor(block / LEVEL)}`;
  if (residual !== undefined) return `${level}.resnets.${block % LEVEL}.${residual}`;
  if (side === 'input' && isModule(inner, 'op')) return `${level}.downsamplers.0.conv${inner.slice(2)}`;
  if (side === 'output' && isModule(inner, 'conv')) return `${level}.upsamplers.0.${inner}`;
  return `${level}.attentions.${block % LEVEL}.${inner}`;
}

/**
 * A UNet's module or tensor name in diffusers spelling → LDM spelling; undefined for names that no UNet has.
 * `attends` tells whether a level on the way up has attention: LDM numbers what stands behind it differently.
 */
export function unetToLdm(diffusers: string, attends: (upLevel: number) => boolean): string | undefined {
  const outer = replaceHead(diffusers, OUTER, 0);
  if (outer !== undefined) return outer;
  const found =
    /^(?:(down|up)_blocks\.(\d+)|(mid)_block)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.+)$/.exec(
      diffusers,
    );
  if (found === null) return undefined;
  const [, side, levelText, middle, kind, indexText, inner = ''] = found;
  const [level, index] = [Number(levelText), Number(indexText)];
  const inside = kind === 'resnets' ? replaceHead(inner, RESIDUAL, 0) : inner;
  if (inside === undefined) return undefined;
  const place = kind === 'attentions' ? 1 : 0;
  if (middle !== undefined) return `middle_block.${place === 1 ? 1 : 2 * index}.${inside}`;
  if (kind === 'downsamplers')
    return isModule(inner, 'conv') ? `input_blocks.${LEVEL * level + LEVEL}.0.op${inner.slice(4)}` : undefined;
  if (kind === 'upsamplers') return `output_blocks.${LEVEL * level + 2}.${attends(level) ? 2 : 1}.${inner}`;
  return side === 'down'
    ? `input_blocks.${1 + LEVEL * level + index}.${place}.${inside}`
    : `output_blocks.${LEVEL * level + index}.${place}.${inside}`;
}

function isModule(inner: string, name: string): boolean {
  return inner === name || inner.startsWith(`${name}.`);
}
