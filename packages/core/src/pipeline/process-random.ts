import { globalRandom, type NoiseSource } from '../diffusion/index.ts';
import { torchRandom, type Seed, type TorchRandom } from '../tensor/index.ts';

/**
 * torch's process-wide generator, from which the webui draws the noise of the VAE's distribution. There its state depends on
 * history; here it starts from the request's seed, so that a request always gives the same picture.
 */
export interface ProcessRandom {
  generator(): TorchRandom;
  /** The start noise of images was drawn: from source "CPU" that seeds the generator anew. */
  afterStart(seeds: readonly Seed[]): void;
}

export function processRandom(seed: Seed, source: NoiseSource): ProcessRandom {
  let current = torchRandom(seed);
  return {
    generator: () => current,
    afterStart(seeds) {
      if (source === 'CPU') current = globalRandom(source, seeds);
    },
  };
}
