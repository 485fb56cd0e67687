import type { Value } from '../graph/index.ts';
import { conv2d, type Scope } from '../nn/index.ts';
import { leakyRelu, upsample } from '../ops/index.ts';

/** Output channels and kernel of each convolution. */
const LAYERS = [
  [8, 7],
  [16, 5],
  [32, 3],
  [64, 3],
  [32, 3],
  [16, 3],
  [8, 3],
  [3, 3],
] as const;

/** Zeros around the doubled latent: as many as all the unpadded convolutions take away on one side. */
const MARGIN = LAYERS.reduce((sum, [, kernel]) => sum + (kernel - 1) / 2, 0);

/** Whether a file holds this network. */
export function hasApproxNn(p: Scope): boolean {
  return p.shapeOf('conv1.weight')?.[2] === LAYERS[0][1] && p.shapeOf(`conv${LAYERS.length}.weight`)?.[0] === 3;
}

/** The webui's "Approx NN" preview. latent [b, 4, h, w] with fixed sizes, scaled → [b, 3, 2h, 2w] in about [−1, 1]. */
export function approxNn(p: Scope, latent: Value): Value {
  let h = upsample(latent);
  for (const [i, [channels, kernel]] of LAYERS.entries()) {
    const margin = i === 0 ? MARGIN : 0;
    h = leakyRelu(conv2d(p.at(`conv${i + 1}`), h, channels, kernel, { pads: [margin, margin, margin, margin] }), 0.1);
  }
  return h;
}
