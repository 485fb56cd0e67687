import { dimMul, type Value } from '../graph/index.ts';
import {
  conv2d,
  fixed,
  groupNorm,
  layerNorm,
  linear,
  linearParts,
  timestepEmbedding,
  type Scope,
} from '../nn/index.ts';
import {
  add,
  attention,
  concat,
  cropLike,
  gelu,
  mul,
  reshape,
  silu,
  tileRows,
  transpose,
  upsample,
} from '../ops/index.ts';
import type { UNetBlock, UNetConfig } from './unet-config.ts';

export interface UNetInputs {
  /** Scaled model input [b, 4|8|9, h, w]. */
  readonly x: Value;
  /** Training steps 0…999 [b], may be fractional. */
  readonly t: Value;
  /** Text [r, n, d]. r = b, or k·b: then row i of x is used for rows i, i + b, … and computed once for as long as it can be. */
  readonly context: Value;
  /** Pooled text and sizes [r, v] (SDXL). */
  readonly vector?: Value;
}

/** Stands before the keys and values of every attention: gets what they are made of [b, m, d], gives what each shall be made of. */
export type ContextDoor = (context: Value) => { readonly k: Value; readonly v: Value };

export interface UNetOptions {
  /** Convolutions continue at the opposite edge. */
  readonly tiling?: boolean;
  /** Where hypernetworks stand. */
  readonly context?: ContextDoor;
}

/**
 * The denoising UNet of latent diffusion (Rombach et al. 2022): predicts noise, or v, from a noisy latent.
 * → [r, 4, h, w]. Names and order as in the LDM checkpoints.
 */
export function unet(p: Scope, config: UNetConfig, inputs: UNetInputs, options: UNetOptions = {}): Value {
  const door: ContextDoor = options.context ?? ((context) => ({ k: context, v: context }));
  const net: Net = { config, wrap: options.tiling === true, context: inputs.context, door };

  // Time (and for SDXL pooled text and sizes) as one vector
  const width = 4 * config.channels;
  const embed = p.at('time_embed');
  let time = linear(embed.at(2), silu(linear(embed.at(0), timestepEmbedding(inputs.t, config.channels), width)), width);
  if (inputs.vector) {
    const label = p.at('label_emb.0');
    time = add(
      tileRows(time, inputs.vector),
      linear(label.at(2), silu(linear(label.at(0), inputs.vector, width)), width),
    );
  }
  time = silu(time);

  // Down
  const x = inputs.vector ? tileRows(inputs.x, inputs.vector) : inputs.x;
  let h = conv2d(p.at('input_blocks.0.0'), x, config.channels, 3, { wrap: net.wrap });
  const skips = [h];
  for (const [i, block] of config.input.entries()) {
    h = inputBlock(net, p.at(`input_blocks.${i + 1}`), h, time, block);
    skips.push(h);
  }

  // Middle
  const middle = p.at('middle_block');
  const channels = fixed(h, 1);
  h = resBlock(net, middle.at(0), h, time, channels);
  if (config.middle >= 0) {
    h = spatialTransformer(net, middle.at(1), h, config.middle);
    h = resBlock(net, middle.at(2), h, time, channels);
  }

  // Up, each block beside the way down's block of the same size
  for (const [i, block] of config.output.entries()) {
    const skip = skips.pop()!;
    h = tileRows(cropLike(h, skip), inputs.context);
    h = outputBlock(net, p.at(`output_blocks.${i}`), concat(h, tileRows(skip, inputs.context), 1), time, block);
  }
  return conv2d(p.at('out.2'), silu(groupNorm(p.at('out.0'), h)), config.outChannels, 3, { wrap: net.wrap });
}

interface Net {
  readonly config: UNetConfig;
  readonly wrap: boolean;
  readonly context: Value;
  readonly door: ContextDoor;
}

function inputBlock(net: Net, p: Scope, x: Value, time: Value, block: UNetBlock): Value {
  if (block.channels === undefined) return conv2d(p.at('0.op'), x, fixed(x, 1), 3, { stride: 2, wrap: net.wrap });
  const h = resBlock(net, p.at(0), x, time, block.channels);
  return block.depth > 0 ? spatialTransformer(net, p.at(1), h, block.depth) : h;
}

function outputBlock(net: Net, p: Scope, x: Value, time: Value, block: UNetBlock): Value {
  let h = resBlock(net, p.at(0), x, time, block.channels!);
  if (block.depth > 0) h = spatialTransformer(net, p.at(1), h, block.depth);
  if (block.resize !== 'up') return h;
  return conv2d(p.at(block.depth > 0 ? 2 : 1).at('conv'), upsample(h), block.channels!, 3, { wrap: net.wrap });
}

/** Residual block. x [b, c, h, w], time [b′, 4·width] after SiLU → [b, out, h, w]. */
function resBlock({ wrap }: Net, p: Scope, x: Value, time: Value, out: number): Value {
  const skip = fixed(x, 1) === out ? x : conv2d(p.at('skip_connection'), x, out, 1);
  let h = conv2d(p.at('in_layers.2'), silu(groupNorm(p.at('in_layers.0'), x)), out, 3, { wrap });
  const shift = tileRows(linear(p.at('emb_layers.1'), time, out), x);
  h = add(h, reshape(shift, [x.shape[0]!, out, 1, 1]));
  h = conv2d(p.at('out_layers.3'), silu(groupNorm(p.at('out_layers.0'), h)), out, 3, { wrap });
  return add(skip, h);
}

/** Transformer over pixels. x [b, c, h, w] → [r, c, h, w]. */
function spatialTransformer(net: Net, p: Scope, x: Value, depth: number): Value {
  const channels = fixed(x, 1);
  const [height, width] = [x.shape[2]!, x.shape[3]!];
  const tokens = (y: Value): Value =>
    reshape(transpose(y, [0, 2, 3, 1]), [y.shape[0]!, dimMul(height, width), channels]);
  const picture = (y: Value): Value => transpose(reshape(y, [y.shape[0]!, height, width, channels]), [0, 3, 1, 2]);
  const normal = groupNorm(p.at('norm'), x, 1e-6);
  let h =
    net.config.projection === 'conv'
      ? tokens(conv2d(p.at('proj_in'), normal, channels, 1))
      : linear(p.at('proj_in'), tokens(normal), channels);
  for (let i = 0; i < depth; i++) h = transformerBlock(net, p.at(`transformer_blocks.${i}`), h);
  h =
    net.config.projection === 'conv'
      ? conv2d(p.at('proj_out'), picture(h), channels, 1)
      : picture(linear(p.at('proj_out'), h, channels));
  return add(h, tileRows(x, net.context));
}

/** Transformer block. x [b, n, c] → [r, n, c]. */
function transformerBlock(net: Net, p: Scope, x: Value): Value {
  const self = layerNorm(p.at('norm1'), x);
  let h = add(x, crossAttention(net, p.at('attn1'), self, self));
  // The branches of guidance differ only from here on: what came before is computed once for all of them.
  h = tileRows(h, net.context);
  h = add(h, crossAttention(net, p.at('attn2'), layerNorm(p.at('norm2'), h), net.context));
  return add(h, feedForward(p.at('ff'), layerNorm(p.at('norm3'), h)));
}

/** Attention of x [b, n, c] to context [b, m, d] → [b, n, c]. */
function crossAttention({ config: { heads }, door }: Net, p: Scope, x: Value, context: Value): Value {
  const channels = fixed(x, -1);
  const made = door(context);
  const q = linear(p.at('to_q'), x, channels, { bias: false });
  const k = linear(p.at('to_k'), made.k, channels, { bias: false });
  const v = linear(p.at('to_v'), made.v, channels, { bias: false });
  const count = 'count' in heads ? heads.count : channels / heads.width;
  return linear(p.at('to_out.0'), attention(q, k, v, { heads: count, causal: false }), channels);
}

/** GEGLU: Linear(c → 8c) in two halves a, g; a·gelu(g); Linear(4c → c) (Shazeer 2020). */
function feedForward(p: Scope, x: Value): Value {
  const channels = fixed(x, -1);
  const [a, gate] = linearParts(p.at('net.0.proj'), x, 8 * channels, 2) as [Value, Value];
  return linear(p.at('net.2'), mul(a, gelu(gate)), channels);
}
