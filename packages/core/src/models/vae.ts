import { ModelError } from '../errors/index.ts';
import { dimMul, type Value } from '../graph/index.ts';
import { conv2d, fixed, groupNorm, type ConvOptions, type Scope } from '../nn/index.ts';
import { add, attention, reshape, silu, transpose, upsample } from '../ops/index.ts';

/** What distinguishes one autoencoder from another. */
export interface VaeConfig {
  /** Channels of each level, full resolution first. */
  readonly levels: readonly number[];
  /** Residual blocks of an encoder level; the decoder has one more. */
  readonly blocks: number;
  /** Latent channels. */
  readonly latent: number;
}

export interface VaeOptions {
  /** Convolutions continue at the opposite edge. */
  readonly tiling?: boolean;
}

/** The published autoencoders' norms, unlike the UNet's. */
const EPS = 1e-6;

/** Reads the configuration off the shapes (LDM names). Throws ModelError where there is no autoencoder. */
export function inferVae(p: Scope, model: string): VaeConfig {
  const levels: number[] = [];
  const last = (level: number): number | undefined => p.shapeOf(`decoder.up.${level}.block.0.conv1.weight`)?.[0];
  for (let channels = last(0); channels !== undefined; channels = last(levels.length)) levels.push(channels);
  const latent = p.shapeOf('post_quant_conv.weight')?.[0];
  if (levels.length === 0 || latent === undefined) {
    throw new ModelError(model, 'has no VAE', { hint: 'Give the file that holds it: --vae FILE' });
  }
  let blocks = 0;
  while (p.shapeOf(`decoder.up.0.block.${blocks}.conv1.weight`)) blocks++;
  return { levels, blocks: blocks - 1, latent };
}

/**
 * Encoder of the KL autoencoder (Rombach et al. 2022). pixels [b, 3, h, w] in [−1, 1]
 * → moments [b, 2·latent, h/8, w/8]: means, then logarithms of variances.
 */
export function vaeEncoder(p: Scope, config: VaeConfig, pixels: Value, options: VaeOptions = {}): Value {
  const wrap = { wrap: options.tiling === true };
  const encoder = p.at('encoder');
  let h = conv2d(encoder.at('conv_in'), pixels, config.levels[0]!, 3, wrap);
  for (const [i, channels] of config.levels.entries()) {
    const level = encoder.at(`down.${i}`);
    for (let j = 0; j < config.blocks; j++) h = resBlock(level.at(`block.${j}`), h, channels, wrap);
    // The way down pads on the right and below only.
    if (i < config.levels.length - 1)
      h = conv2d(level.at('downsample.conv'), h, channels, 3, { stride: 2, pads: [0, 0, 1, 1] });
  }
  h = middle(encoder.at('mid'), h, wrap);
  h = conv2d(encoder.at('conv_out'), silu(groupNorm(encoder.at('norm_out'), h, EPS)), 2 * config.latent, 3, wrap);
  return conv2d(p.at('quant_conv'), h, 2 * config.latent, 1);
}

/**
 * Decoder of the KL autoencoder. latent [b, latent, h, w], divided by the scale factor
 * → pixels [b, 3, 8h, 8w], about [−1, 1].
 */
export function vaeDecoder(p: Scope, config: VaeConfig, latent: Value, options: VaeOptions = {}): Value {
  const wrap = { wrap: options.tiling === true };
  const decoder = p.at('decoder');
  let h = conv2d(p.at('post_quant_conv'), latent, config.latent, 1);
  h = conv2d(decoder.at('conv_in'), h, config.levels.at(-1)!, 3, wrap);
  h = middle(decoder.at('mid'), h, wrap);
  // Levels are stored by resolution, full first, and run from the smallest.
  for (const [i, channels] of [...config.levels.entries()].reverse()) {
    const level = decoder.at(`up.${i}`);
    for (let j = 0; j <= config.blocks; j++) h = resBlock(level.at(`block.${j}`), h, channels, wrap);
    if (i > 0) h = conv2d(level.at('upsample.conv'), upsample(h), channels, 3, wrap);
  }
  return conv2d(decoder.at('conv_out'), silu(groupNorm(decoder.at('norm_out'), h, EPS)), 3, 3, wrap);
}

function middle(p: Scope, x: Value, wrap: ConvOptions): Value {
  const channels = fixed(x, 1);
  const h = resBlock(p.at('block_1'), x, channels, wrap);
  return resBlock(p.at('block_2'), selfAttention(p.at('attn_1'), h), channels, wrap);
}

/** Residual block without time. x [b, c, h, w] → [b, out, h, w]. */
function resBlock(p: Scope, x: Value, out: number, wrap: ConvOptions): Value {
  const skip = fixed(x, 1) === out ? x : conv2d(p.at('nin_shortcut'), x, out, 1);
  let h = conv2d(p.at('conv1'), silu(groupNorm(p.at('norm1'), x, EPS)), out, 3, wrap);
  h = conv2d(p.at('conv2'), silu(groupNorm(p.at('norm2'), h, EPS)), out, 3, wrap);
  return add(skip, h);
}

/** Attention between all pixels in one head. x [b, c, h, w] → same shape. */
function selfAttention(p: Scope, x: Value): Value {
  const channels = fixed(x, 1);
  const [b, , height, width] = x.shape;
  const normal = groupNorm(p.at('norm'), x, EPS);
  const tokens = (name: string): Value =>
    transpose(reshape(conv2d(p.at(name), normal, channels, 1), [b!, channels, dimMul(height!, width!)]), [0, 2, 1]);
  const mixed = attention(tokens('q'), tokens('k'), tokens('v'), { heads: 1, causal: false });
  return add(x, conv2d(p.at('proj_out'), reshape(transpose(mixed, [0, 2, 1]), x.shape), channels, 1));
}
