import { tensor, type Tensor } from '../tensor/index.ts';

/** Limits of the logarithm of a variance. */
const LOG_VARIANCE = [-30, 20] as const;

/**
 * Latents drawn from the encoder's distributions: scale·(mean + std·noise).
 * moments [b, 2z, h, w], noise [b, z, h, w] unit normals (undefined: the means) → [b, z, h, w].
 */
export function sampleLatent(moments: Tensor, scale: number, noise?: Float32Array): Tensor {
  const [b = 0, both = 0, h = 0, w = 0] = moments.shape;
  const size = (both / 2) * h * w;
  const out = tensor([b, both / 2, h, w]);
  for (let i = 0; i < b; i++) {
    for (let k = 0; k < size; k++) {
      const mean = moments.data[2 * i * size + k]!;
      const logVariance = Math.min(LOG_VARIANCE[1], Math.max(LOG_VARIANCE[0], moments.data[(2 * i + 1) * size + k]!));
      const draw = noise === undefined ? 0 : Math.exp(0.5 * logVariance) * noise[i * size + k]!;
      out.data[i * size + k] = scale * Math.fround(mean + draw);
    }
  }
  return out;
}

/** Factor between the VAE's latents and the UNet's, so that these have unit variance: SD1 and SD2. */
export const SD_LATENT_SCALE = 0.18215;
/** The same for SDXL. */
export const SDXL_LATENT_SCALE = 0.13025;
