import type { ClipTextConfig, ClipVisionConfig, UNetConfig, VaeConfig } from '../../models/index.ts';

/** The smallest UNet that has a block of every kind: two levels, attention on the first and in the middle. */
export const TINY_UNET: UNetConfig = {
  inChannels: 4,
  outChannels: 4,
  channels: 32,
  context: 8,
  vector: 0,
  input: [
    { channels: 32, depth: 1, resize: undefined },
    { channels: undefined, depth: 0, resize: 'down' },
    { channels: 64, depth: 0, resize: undefined },
  ],
  middle: 1,
  output: [
    { channels: 64, depth: 0, resize: undefined },
    { channels: 64, depth: 0, resize: 'up' },
    { channels: 32, depth: 1, resize: undefined },
    { channels: 32, depth: 1, resize: undefined },
  ],
  heads: { count: 8 },
  projection: 'conv',
};

/** One more level than one, and two blocks on the way up. */
export const TINY_VAE: VaeConfig = { levels: [32, 64], blocks: 1, latent: 4 };

export const TINY_TEXT: ClipTextConfig = {
  vocabulary: 12,
  positions: 5,
  width: 64,
  layers: 2,
  mlp: 96,
  heads: 1,
  activation: 'quickGelu',
};

export const TINY_VISION: ClipVisionConfig = {
  width: 128,
  layers: 2,
  mlp: 96,
  heads: 2,
  patch: 2,
  size: 6,
  projection: 32,
};
