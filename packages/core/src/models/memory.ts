import { DTYPES, numel, type DType } from '../tensor/index.ts';
import type { WeightRef } from '../graph/index.ts';

// What drawing needs at the same time, reckoned from the header of a checkpoint. The networks take turns, and weights are mapped from files,
// so that those of one that rests can leave memory: what counts is the turn that needs most.

/** How weights lie in memory: widened once (`f32`), or as in their file (`stored`). */
export type WeightMode = 'f32' | 'stored';

export interface MemoryWish {
  /** Of the whole checkpoint under a checkpoint's names (`Checkpoint.joined`). */
  readonly weights: ReadonlyMap<string, Pick<WeightRef, 'dtype' | 'shape'>>;
  /** Pixels of the largest picture, and how many are drawn at once. */
  readonly width: number;
  readonly height: number;
  readonly batch: number;
}

/** Of the command and the engine's own code. */
const PROGRAMS = 400 << 20;
/** Types whose weights are used as they are stored; others are widened in any mode. */
const KEPT: ReadonlySet<DType> = new Set(['F16', 'BF16', 'F32', 'F8_E4M3', 'F8_E5M2', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ']);

const UNET = 'model.diffusion_model.';
const VAE = 'first_stage_model.';
/** Latents have one place for so many pixels. */
const PIXELS_A_PLACE = 64;
/**
 * Tensors of the first level that a UNet holds at once for a row of its batch: those that wait for the way up, and what a block works on. The
 * levels below hold an eighth as much each.
 */
const UNET_TENSORS = 24;
/** Rows of a batch for each picture: with and without the prompt. */
const ROWS = 2;
/** Tensors that the VAE's last level holds at once. It decodes picture by picture. */
const VAE_TENSORS = 3;

/** Bytes of memory that drawing needs at once, to about a tenth. */
export function memoryNeed({ weights, width, height, batch }: MemoryWish, mode: WeightMode): number {
  const held = { unet: 0, vae: 0, text: 0 };
  for (const [name, { dtype, shape }] of weights) {
    const part = name.startsWith(UNET) ? 'unet' : name.startsWith(VAE) ? 'vae' : 'text';
    const bytes = mode === 'stored' && KEPT.has(dtype) ? DTYPES[dtype] : DTYPES.F32;
    held[part] += numel(shape) * bytes;
  }
  const pixels = width * height;
  const first = weights.get(`${UNET}input_blocks.0.0.weight`)?.shape[0] ?? 0;
  const last = weights.get(`${VAE}decoder.norm_out.weight`)?.shape[0] ?? 0;
  const places = (ROWS * batch * pixels) / PIXELS_A_PLACE;
  return (
    PROGRAMS +
    Math.max(
      held.text,
      held.unet + places * first * UNET_TENSORS * DTYPES.F32,
      // The last level begins with the channels of the one before, twice as many.
      held.vae + pixels * 2 * last * VAE_TENSORS * DTYPES.F32,
    )
  );
}
