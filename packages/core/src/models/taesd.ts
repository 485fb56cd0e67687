import { scalar, type Value, type WeightRef } from '../graph/index.ts';
import { conv2d, type Scope } from '../nn/index.ts';
import { add, mul, relu, tanh, upsample } from '../ops/index.ts';

/** Channels of every layer. */
const WIDTH = 64;

/** Whether a file holds the decoder (numbered as in the published files). */
export function hasTaesdDecoder(p: Scope): boolean {
  return p.shapeOf('1.weight')?.[0] === WIDTH && p.shapeOf('19.weight')?.[0] === 3;
}

/** Whether a file holds the encoder (numbered as in the published files). */
export function hasTaesdEncoder(p: Scope): boolean {
  return p.shapeOf('0.weight')?.[0] === WIDTH && p.shapeOf('14.weight')?.[0] === 4;
}

/** What diffusers puts before the numbers of a side, and how far its numbers are behind the published ones. */
const DIFFUSERS = {
  decoder: { prefix: 'decoder.layers.', behind: 1 },
  encoder: { prefix: 'encoder.layers.', behind: 0 },
};

/** A side's weights under the published numbers: as they are, or out of a file of diffusers' `AutoencoderTiny`. */
export function taesdWeights(
  weights: ReadonlyMap<string, WeightRef>,
  side: 'decoder' | 'encoder',
): ReadonlyMap<string, WeightRef> {
  const { prefix, behind } = DIFFUSERS[side];
  const own = [...weights].filter(([name]) => name.startsWith(prefix));
  if (own.length === 0) return weights;
  return new Map(
    own.map(([name, ref]) => {
      const [number = '', ...rest] = name.slice(prefix.length).split('.');
      return [[Number(number) + behind, ...rest].join('.'), ref];
    }),
  );
}

/**
 * Decoder of the tiny autoencoder (madebyollin/taesd): a picture in a fraction of the VAE's time, for previews.
 * latent [b, 4, h, w], scaled as the sampler's → [b, 3, 8h, 8w] in about [0, 1].
 */
export function taesdDecoder(p: Scope, latent: Value): Value {
  // The numbers are places in the published list of layers; those between hold no weights.
  let h = mul(tanh(mul(latent, scalar(1 / 3))), scalar(3));
  h = relu(conv2d(p.at(1), h, WIDTH, 3));
  for (const [blocks, conv] of [
    [[3, 4, 5], 7],
    [[8, 9, 10], 12],
    [[13, 14, 15], 17],
  ] as const) {
    for (const i of blocks) h = block(p.at(i), h);
    h = conv2d(p.at(conv), upsample(h), WIDTH, 3, { bias: false });
  }
  return conv2d(p.at(19), block(p.at(18), h), 3, 3);
}

/** Encoder of the tiny autoencoder. pixels [b, 3, h, w] in [0, 1] → latent [b, 4, h/8, w/8], scaled as the sampler's. */
export function taesdEncoder(p: Scope, pixels: Value): Value {
  let h = block(p.at(1), conv2d(p.at(0), pixels, WIDTH, 3));
  for (const [conv, blocks] of [
    [2, [3, 4, 5]],
    [6, [7, 8, 9]],
    [10, [11, 12, 13]],
  ] as const) {
    h = conv2d(p.at(conv), h, WIDTH, 3, { stride: 2, bias: false });
    for (const i of blocks) h = block(p.at(i), h);
  }
  return conv2d(p.at(14), h, 4, 3);
}

/** Three convolutions beside the identity. x [b, 64, h, w] → same shape. */
function block(p: Scope, x: Value): Value {
  const conv = p.at('conv');
  let h = relu(conv2d(conv.at(0), x, WIDTH, 3));
  h = relu(conv2d(conv.at(2), h, WIDTH, 3));
  return relu(add(conv2d(conv.at(4), h, WIDTH, 3), x));
}
