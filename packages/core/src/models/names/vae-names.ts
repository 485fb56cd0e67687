import { replaceHead } from './unet-names.ts';

// The VAE in two spellings. LDM counts the decoder's levels from the picture, diffusers from the latent.
// Facts: huggingface/diffusers loaders/single_file_utils.py.

/** Levels of the VAE of every Stable Diffusion. */
const LEVELS = 4;

/** Inside the attention of the middle: LDM, diffusers. There the projections are linear, not convolutions. */
const ATTENTION: readonly (readonly [string, string])[] = [
  ['norm', 'group_norm'],
  ['q', 'to_q'],
  ['k', 'to_k'],
  ['v', 'to_v'],
  ['proj_out', 'to_out.0'],
];

/** The same projections in the spelling of diffusers before 0.17. */
const OLD_ATTENTION: readonly (readonly [string, string])[] = [
  ['q', 'query'],
  ['k', 'key'],
  ['v', 'value'],
  ['proj_out', 'proj_attn'],
];

const SHORTCUT: readonly (readonly [string, string])[] = [['nin_shortcut', 'conv_shortcut']];

/** A VAE's module or tensor name in LDM spelling → diffusers spelling. */
export function vaeToDiffusers(ldm: string): string {
  const found = /^(encoder|decoder)\.(.+)$/.exec(ldm);
  if (found === null) return ldm;
  const [, half = '', path = ''] = found;
  return `${half}.${halfToDiffusers(path)}`;
}

function halfToDiffusers(path: string): string {
  const block = /^(down|up)\.(\d+)\.(?:block\.(\d+)\.(.+)|(?:down|up)sample\.(.+))$/.exec(path);
  if (block !== null) {
    const [, side, number, index, inner, resize] = block;
    const level = `${side}_blocks.${side === 'up' ? LEVELS - 1 - Number(number) : number}`;
    return inner === undefined
      ? `${level}.${side}samplers.0.${resize}`
      : `${level}.resnets.${index}.${replaceHead(inner, SHORTCUT, 1) ?? inner}`;
  }
  const middle = /^mid\.(?:block_(\d+)|attn_1)\.(.+)$/.exec(path);
  if (middle !== null) {
    const [, index, inner = ''] = middle;
    return index === undefined
      ? `mid_block.attentions.0.${replaceHead(inner, ATTENTION, 1) ?? inner}`
      : `mid_block.resnets.${Number(index) - 1}.${inner}`;
  }
  return replaceHead(path, [['norm_out', 'conv_norm_out']], 1) ?? path;
}

/** A VAE's module or tensor name in diffusers spelling, new or old → LDM spelling. */
export function vaeToLdm(diffusers: string): string {
  const found = /^(encoder|decoder)\.(.+)$/.exec(diffusers);
  if (found === null) return diffusers;
  const [, half = '', path = ''] = found;
  return `${half}.${halfToLdm(path)}`;
}

function halfToLdm(path: string): string {
  const block = /^(down|up)_blocks\.(\d+)\.(?:resnets\.(\d+)\.(.+)|(?:down|up)samplers\.0\.(.+))$/.exec(path);
  if (block !== null) {
    const [, side, number, index, inner, resize] = block;
    const level = `${side}.${side === 'up' ? LEVELS - 1 - Number(number) : number}`;
    return inner === undefined
      ? `${level}.${side}sample.${resize}`
      : `${level}.block.${index}.${replaceHead(inner, SHORTCUT, 0) ?? inner}`;
  }
  const middle = /^mid_block\.(resnets|attentions)\.(\d+)\.(.+)$/.exec(path);
  if (middle !== null) {
    const [, kind, index, inner = ''] = middle;
    return kind === 'attentions'
      ? `mid.attn_1.${replaceHead(inner, [...ATTENTION, ...OLD_ATTENTION], 0) ?? inner}`
      : `mid.block_${Number(index) + 1}.${inner}`;
  }
  return replaceHead(path, [['norm_out', 'conv_norm_out']], 0) ?? path;
}

/** Whether a weight of the VAE is a 1×1 convolution in LDM files and linear in diffusers files. */
export function isVaeProjection(ldm: string): boolean {
  return /\.mid\.attn_1\.(q|k|v|proj_out)\.weight$/.test(ldm);
}
